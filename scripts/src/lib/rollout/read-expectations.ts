/** The decision cases of a policy folder, as what a gateway's decisions are compared with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '@secure-agent/contracts';
import { loadTargets, policyTools } from '@secure-agent/infra';
import { type Expectation, expectationsOf, OperationError } from '@secure-agent/operations';
import { type CaseNames, readCases, rolesOf } from '@secure-agent/policy/workbench';
import type { PolicyFolder } from './policy-folder.ts';

const CASES = 'cases';

function namesOf(configuration: Configuration, { files }: PolicyFolder): CaseNames {
  return {
    roles: rolesOf(configuration),
    tools: policyTools(loadTargets(configuration)).map(({ name }) => name),
    policies: files.map(({ name }) => name),
  };
}

/**
 * Reads `cases/*.yaml`.
 * @throws OperationError `policy_failed` with the first problem of a table: what cannot be read proves nothing.
 */
export function readExpectations(configuration: Configuration, folder: PolicyFolder): readonly Expectation[] {
  const names = namesOf(configuration, folder);
  const at = join(folder.folder, CASES);
  const tables = existsSync(at) ? readdirSync(at).filter((name) => name.endsWith('.yaml')) : [];
  const cases = tables.toSorted().flatMap((name) => {
    const file = `${CASES}/${name}`;
    const read = readCases({ file, text: readFileSync(join(at, name), 'utf8') }, names);
    if (read.ok) return read.value;
    const [first] = read.error;
    throw new OperationError('policy_failed', `${first?.where ?? file}: ${first?.message ?? 'is not valid'}`);
  });
  return expectationsOf(cases, names.roles);
}
