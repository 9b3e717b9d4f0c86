/** The decision cases of a policy folder, as what a gateway's decisions are compared with. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration } from '@secure-agent/contracts';
import { loadTargets, policyTools } from '@secure-agent/infra';
import {
  type Expectation,
  expectationsOf,
  OperationError,
  type OwnCase,
  ownCases,
} from '@secure-agent/operations';
import { type CaseNames, type DecisionCase, readCases, rolesOf } from '@secure-agent/policy/workbench';
import { isCaseTable } from '../policy/read-folder.ts';
import type { PolicyFolder } from './policy-folder.ts';

const CASES = 'cases';

function namesOf(configuration: Configuration, { files }: PolicyFolder): CaseNames {
  return {
    roles: rolesOf(configuration),
    tools: policyTools(loadTargets(configuration)).map(({ name }) => name),
    policies: files.map(({ name }) => name),
  };
}

function casesOf(folder: PolicyFolder, names: CaseNames): readonly DecisionCase[] {
  const at = join(folder.folder, CASES);
  const tables = existsSync(at) ? readdirSync(at).filter(isCaseTable) : [];
  return tables.toSorted().flatMap((name) => {
    const file = `${CASES}/${name}`;
    const read = readCases({ file, text: readFileSync(join(at, name), 'utf8') }, names);
    if (read.ok) return read.value;
    const [first] = read.error;
    throw new OperationError('policy_failed', `${first?.where ?? file}: ${first?.message ?? 'is not valid'}`);
  });
}

/**
 * Reads `cases/*.yaml`, as what is expected of each role at each tool.
 * @throws OperationError `policy_failed` with the first problem of a table: what cannot be read proves nothing.
 */
export function readExpectations(configuration: Configuration, folder: PolicyFolder): readonly Expectation[] {
  const names = namesOf(configuration, folder);
  return expectationsOf(casesOf(folder, names), names.roles);
}

/**
 * Reads `cases/*.yaml`, as calls that the roles can make.
 * @throws OperationError `policy_failed`, as above.
 */
export function readOwnCases(configuration: Configuration, folder: PolicyFolder): readonly OwnCase[] {
  const names = namesOf(configuration, folder);
  return ownCases(casesOf(folder, names), names.roles);
}
