/** The coverage table in the docs is the code's. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { coverageText } from '../../src/control/coverage.ts';
import { OPERATIONS } from '../../src/control/operations/index.ts';
import { SDK_OPERATIONS } from './wire.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'control-plane.md');

test('docs/control-plane.md is what the code says', () => {
  const text = coverageText(SDK_OPERATIONS);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});

test('the table has every operation once, and says which run', () => {
  const names = [...coverageText(SDK_OPERATIONS).matchAll(/^\| ([A-Z]\w+) \|/gm)].map(([, name]) => name);
  expect(names.toSorted()).toEqual(SDK_OPERATIONS.map(({ name }) => name));
  expect(names.slice(0, Object.keys(OPERATIONS).length).toSorted()).toEqual(
    Object.keys(OPERATIONS).toSorted(),
  );
});
