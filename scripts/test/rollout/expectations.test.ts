/** The cases that a promotion is held to are those that `npm run policy -- test` decides. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfiguration } from '@secure-agent/infra';
import { expect, test } from 'vitest';
import { loadPolicyFolder } from '../../src/lib/policy/cases.ts';
import { openPolicyFolder } from '../../src/lib/rollout/policy-folder.ts';
import { readExpectations } from '../../src/lib/rollout/read-expectations.ts';
import { newFolder } from '../support/folder.ts';

const CASE = (who: string) => `about: Salaries.
tool: HrTarget___get_salary
input: { employee_id: E100 }
cases:
  - who: ${who}
    expect: deny
    by: []
    because: It is no admin.
`;

test('a table is one whichever of the two endings it has', () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'cases'));
  writeFileSync(join(folder, 'admins.cedar'), 'permit (principal, action, resource);');
  writeFileSync(join(folder, 'cases', 'one.yaml'), CASE('eve'));
  writeFileSync(join(folder, 'cases', 'two.yml'), CASE('machine:manager'));
  const roles = readExpectations(loadConfiguration(), openPolicyFolder(folder)).map(({ role }) => role);
  expect(roles).toEqual(['employees', 'machine:manager']);
  expect(loadPolicyFolder(folder).cases.map(({ who }) => who)).toEqual(['eve', 'machine:manager']);
});
