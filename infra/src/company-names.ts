/** Tenants and the mail domain are the configuration's and are spelled out in policies: the spellings must be the same. */
import type { Configuration } from '@secure-agent/contracts';
import type { PolicyFile } from './policies.ts';
import { SynthesisError } from './synthesis-error.ts';

const TENANT = /getTag\("tenant"\)\s*==\s*"([^"]*)"/g;
/** The end of a pattern over an address: `*@example.com`. */
const MAIL_DOMAIN = /like\s+"\*@([^"*]+)"/g;

const found = (code: string, pattern: RegExp): readonly string[] =>
  [...code.matchAll(pattern)].map(([, name = '']) => name);

/**
 * Checks that every tenant and every mail domain which a policy names is the configuration's: otherwise a rule would
 * silently hold for nobody, or shut everybody out.
 * @throws SynthesisError `configuration_invalid` naming the policy and the word.
 */
export function checkCompanyNames(
  { people, company }: Pick<Configuration, 'people' | 'company'>,
  policies: readonly Pick<PolicyFile, 'name' | 'statement'>[],
): void {
  const tenants = new Set(people.map(({ tenant }) => tenant));
  for (const { name, statement } of policies) {
    const code = statement.replaceAll(/^\s*\/\/.*$/gm, '');
    const tenant = found(code, TENANT).find((one) => !tenants.has(one));
    const domain = found(code, MAIL_DOMAIN).find((one) => one !== company.domain);
    const wrong = tenant === undefined ? domain && `mail domain "${domain}"` : `tenant "${tenant}"`;
    if (wrong === undefined) continue;
    throw new SynthesisError(
      'configuration_invalid',
      `policies/${name}.cedar names the ${wrong}, which secure-agent.config.json does not. Name it the same in both.`,
    );
  }
}
