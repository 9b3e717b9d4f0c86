/** The list of guards is the source's: nothing in it is stale, and no line that refuses is missing. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GUARDS, REDUNDANT } from './guards.ts';

const SOURCE = new URL('../../../packages/jwt-authorizer/src/', import.meta.url);
const textOf = (file: string): string => readFileSync(new URL(file, SOURCE), 'utf8');
const occurrences = (file: string, part: string): number => textOf(file).split(part).length - 1;

test('every guard stands in its file once', () => {
  const stale = GUARDS.filter(({ file, from }) => occurrences(file, from) !== 1);
  expect(stale).toEqual([]);
  expect(GUARDS.length).toBeGreaterThan(80);
});

test('every line that refuses is a guard, or says why it needs no row', () => {
  const lines = readdirSync(SOURCE).flatMap((file) =>
    textOf(file)
      .split('\n')
      .map((line) => ({ file, line: line.trim() }))
      .filter(({ line }) => /\brefuse\(|throw problem\(/.test(line) && !line.startsWith('*')),
  );
  expect(lines.length).toBeGreaterThan(30);
  const known = (file: string, line: string): boolean =>
    GUARDS.some((guard) => guard.file === file && (line.includes(guard.from) || guard.from.includes(line))) ||
    REDUNDANT.some((entry) => entry.file === file && entry.line === line);
  expect(lines.filter(({ file, line }) => !known(file, line))).toEqual([]);
});
