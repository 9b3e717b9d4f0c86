/** docs/policies.md lists exactly the rules that there are. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHECK_RULES } from '../../../src/workbench/check/rules.ts';

const documentation = readFileSync(new URL('../../../../../docs/policies.md', import.meta.url), 'utf8');

const table = [
  '| rule | finds | can be allowed |',
  '|---|---|---|',
  ...CHECK_RULES.map(
    ({ code, finds, allowable }) => `| \`${code}\` | ${finds} | ${allowable ? 'yes' : ''} |`,
  ),
].join('\n');

test('the table of rules is that of the rules; if not, this is what to write', () => {
  const [, between] = /<!-- rules -->\n(.*)\n<!-- \/rules -->/s.exec(documentation) ?? [];
  expect(between).toBe(table);
});

test('no code has two meanings', () => {
  const codes = CHECK_RULES.map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)]);
});
