/** The list of guards is the source's: nothing in it is stale, and no line that refuses is missing. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GUARDS, type Guard, REDUNDANT } from './guards.ts';
import { ROOM_GUARDS } from './room-guards.ts';

const sourceOf = (room: Guard['room']): URL => new URL(`../../../packages/${room}/src/`, import.meta.url);
const textOf = (room: Guard['room'], file: string): string =>
  readFileSync(new URL(file, sourceOf(room)), 'utf8');

test('every guard stands in its file once', () => {
  const stale = GUARDS.filter(({ room, file, from }) => textOf(room, file).split(from).length !== 2);
  expect(stale).toEqual([]);
  expect(GUARDS.length).toBeGreaterThan(80);
});

test('every guard of the rooms stands in its file once, and its row in its test', () => {
  const fromRoot = (file: string): string =>
    readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
  expect(ROOM_GUARDS.filter(({ file, from }) => fromRoot(file).split(from).length !== 2)).toEqual([]);
  expect(ROOM_GUARDS.filter(({ test: file, kills }) => !fromRoot(file).includes(kills))).toEqual([]);
  expect(ROOM_GUARDS.length).toBeGreaterThan(50);
});

test('every line of the authorizer that refuses is a guard, or says why it needs no row', () => {
  const lines = readdirSync(sourceOf('jwt-authorizer')).flatMap((file) =>
    textOf('jwt-authorizer', file)
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
