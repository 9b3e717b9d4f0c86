/** Client secrets and API keys of credential providers, in a state file of their own (mode 0600). Nothing logs them. */
import { z } from 'zod';
import type { ProviderSecrets, StateStore } from '../ports.ts';

/** A list, not an object: the key is text from outside. */
const section = z.array(z.strictObject({ arn: z.string(), secret: z.string() }));

/**
 * @param state - the section `provider-secrets` is taken of it.
 * @throws LoadError `state_invalid` where the file is not what was written.
 */
export function createProviderSecrets(state: Pick<StateStore, 'section'>): ProviderSecrets {
  const stored = state.section('provider-secrets', section, []);
  const others = (arn: string) => stored.read().filter((entry) => entry.arn !== arn);
  return {
    put: (arn, secret) => stored.write([...others(arn), { arn, secret }]),
    get: (arn) => stored.read().find((entry) => entry.arn === arn)?.secret,
    remove: (arn) => stored.write(others(arn)),
  };
}
