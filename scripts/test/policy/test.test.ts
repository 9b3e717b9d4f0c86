/** `npm run policy -- test` as people call it: what it prints, where, and how it ends. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/policy/test.ts';
import { newFolder } from '../support/folder.ts';
import { captureOutput } from '../support/output.ts';

const output = captureOutput();

const SALARY = `permit (
  principal is AgentCore::OAuthUser,
  action == AgentCore::Action::"HrTarget___get_salary",
  resource == AgentCore::Gateway::"{{gateway}}"
)
when { principal.hasTag("employee_id") && principal.getTag("employee_id") == "E400" };
`;

const HEAD = ['about: Salaries.', 'tool: HrTarget___get_salary', 'input: { employee_id: E100 }', 'cases:'];
const ANNA = '  - { who: anna, expect: allow, by: [salary], because: She is E400. }';
const EVE = '  - { who: eve, expect: deny, by: [], because: She is not. }';
const MACHINE = '  - { who: "machine:manager", expect: deny, by: [], because: It is nobody. }';

function folder(...rows: readonly string[]): string {
  const path = newFolder();
  mkdirSync(join(path, 'cases'));
  writeFileSync(join(path, 'salary.cedar'), SALARY);
  writeFileSync(join(path, 'cases', 'salary.yaml'), [...HEAD, ...rows].join('\n'));
  return path;
}

const call = (path: string, ...args: readonly string[]): Promise<number> => run(['--folder', path, ...args]);

test('a failing case: its line, what was expected, what came, and 1; mutants are not run', async () => {
  const wrong = ANNA.replace('allow, by: [salary]', 'deny, by: []');
  expect(await call(folder(wrong, EVE, MACHINE))).toBe(1);
  expect(output.out).toContain('1 of 3 cases fail');
  expect(output.out).toMatch(
    /salary\.yaml:5 +anna +HrTarget___get_salary +deny by no policy +allow by salary +She is E400\./,
  );
  expect(output.out).not.toContain('killed');
  expect(output.err).toContain('mutants were not run');
});

test('a condition that no case finds false: its line, its text, and 1', async () => {
  expect(await call(folder(ANNA, EVE), '--no-mutants')).toBe(1);
  expect(output.out).toContain('1 of 2 conditions go both ways');
  expect(output.out).toMatch(
    /salary\.cedar:6 +principal\.hasTag\("employee_id"\) +reached and false in no case/,
  );
});

test('a covered set without mutants: 0', async () => {
  expect(await call(folder(ANNA, EVE, MACHINE), '--no-mutants')).toBe(0);
  expect(output.out).toContain('3 cases decided as expected');
});

describe('a set that is covered and too weak', () => {
  test('CP-28 survivors are printed with the case that is missing, and 1', async () => {
    expect(await call(folder(ANNA, EVE, MACHINE))).toBe(1);
    expect(output.out).toContain('salary.cedar:1: every tool of HrTarget\n');
    expect(output.out).toMatch(
      /- who: anna\n {2}tool: HrTarget___\w+\n(.*\n)* {2}expect: deny\n {2}by: \[\]\n/,
    );
    expect(output.out).toMatch(/Declared domain: \d+ requests/);
  });

  test('--json: the same for programs', async () => {
    expect(await call(folder(ANNA, EVE, MACHINE), '--json')).toBe(1);
    const { clean, cases, mutants } = JSON.parse(output.out);
    expect([clean, cases.total, cases.failed]).toEqual([false, 3, []]);
    expect(mutants.survivors.map(({ what }: { what: string }) => what)).toContain('any action');
    expect(mutants.domain.size).toBeGreaterThan(10);
  });
});

test('a table that cannot be read: every problem with its line, and nothing is decided', async () => {
  expect(await call(folder(ANNA, '  - { who: nobody, expect: deny, by: [other], because: x }'))).toBe(1);
  expect(output.err).toMatch(/salary\.yaml:6: no role "nobody"/);
  expect(output.err).toMatch(/salary\.yaml:6: no policy "other"/);
  expect(output.out).toBe('');
});

test('a policy that does not parse: its file, and nothing is decided', async () => {
  const path = folder(ANNA);
  writeFileSync(join(path, 'broken.cedar'), 'permit(');
  expect(await call(path)).toBe(1);
  expect(output.err).toContain('broken.cedar:1: ');
  expect(output.out).toBe('');
});

test.each([
  ['no folder', () => '/nowhere/at-all'],
  ['a file', () => join(folder(ANNA), 'salary.cedar')],
  ['a folder without policies', newFolder],
])('%s: how to call it, and 2', async (_what, path) => {
  expect(await call(path())).toBe(2);
  expect(output.err).toContain('npm run policy -- test');
});

test('a folder without tables: 2', async () => {
  const path = newFolder();
  writeFileSync(join(path, 'salary.cedar'), SALARY);
  expect(await call(path)).toBe(2);
  expect(output.err).toContain('holds no table');
});
