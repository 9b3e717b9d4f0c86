/** The repository's own files, found from this file and never from the working directory. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Configuration, configuration, type Rollout, rollout } from '@secure-agent/contracts';
import { SynthesisError, type SynthesisErrorCode } from './synthesis-error.ts';

/** Root of the repository, absolute, with a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
/** Roles, scopes, people and names. */
export const CONFIGURATION_FILE = `${REPOSITORY}secure-agent.config.json`;
/** Cedar statements and the roll-out file. */
export const POLICY_FOLDER = `${REPOSITORY}policies`;

/** What this file needs of a schema, so that it needs no schema library. */
type Schema<T> = {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
};

function parseAs<T>(value: unknown, schema: Schema<T>, code: SynthesisErrorCode, source: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new SynthesisError(code, `${source} is not valid: ${issues.join('; ')}`);
}

/** The scope without which no door opens. */
export const DOOR_SCOPE = 'invoke';

/**
 * Checks a configuration.
 * @throws SynthesisError `configuration_invalid` with every problem in it.
 */
export function checkConfiguration(value: unknown, source = 'The configuration'): Configuration {
  const checked = parseAs(value, configuration, 'configuration_invalid', source);
  if (Object.hasOwn(checked.scopes, DOOR_SCOPE)) return checked;
  throw new SynthesisError(
    'configuration_invalid',
    `${source} defines no scope "${DOOR_SCOPE}", which both doors ask for. Add it to scopes.`,
  );
}

function readJson(file: string, code: SynthesisErrorCode): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const name = relative(REPOSITORY, file);
    const problem = cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read';
    throw new SynthesisError(code, `${name} ${problem}. Restore it, then synthesize again.`);
  }
}

/** Reads the one configuration file. */
export const readConfiguration = (): unknown => readJson(CONFIGURATION_FILE, 'configuration_invalid');

/**
 * Reads the enforcement modes.
 * @throws SynthesisError `rollout_invalid`.
 */
export const readRollout = (file: string): Rollout =>
  parseAs(readJson(file, 'rollout_invalid'), rollout, 'rollout_invalid', 'policies/rollout.json');
