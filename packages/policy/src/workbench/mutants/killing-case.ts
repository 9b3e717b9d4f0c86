/** The case that a survivor is missing, ready for a table. */
import { caseYaml } from '../cases/write-case.ts';
import type { Role } from '../model/role.ts';
import type { Survivor } from './run-mutants.ts';

/**
 * What the original says of the request that the mutant decides otherwise, as a row of a table. Where the original fails
 * on it, there is no such row, and a comment says so.
 */
export function killingCase({ mutant, witness }: Survivor, roles: readonly Role[]): string {
  const { request, original } = witness;
  const { role: who, subject, tool, input, now } = request;
  const role = roles.find(({ name }) => name === who)?.subject ?? subject;
  const because = `${mutant.policy} says so; with "${mutant.what}" it would not.`;
  const row = { who, subject, tool, input, now, expect: original.decision, by: original.by, because };
  if (original.failed === undefined) return caseYaml(row, role);
  const shown = caseYaml(row, role).replaceAll(/^/gm, '# ');
  return `# ${original.failed} No case can hold this; correct the policy first.\n${shown}`;
}
