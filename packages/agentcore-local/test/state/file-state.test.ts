import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createFileState } from '../../src/state/file-state.ts';
import { folderWith } from '../processes/support.ts';

const users = z.record(z.string(), z.number());
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('a section begins with its initial value and writes no file for it', () => {
  const folder = join(folderWith(), 'data');
  expect(createFileState(folder).section('users', users, { eve: 1 }).read()).toEqual({ eve: 1 });
  expect(readdirSync(folder)).toEqual([]);
});

test('what was written is there for the next start', () => {
  const folder = folderWith();
  const section = createFileState(folder).section('users', users, {});
  section.write({ eve: 1 });
  section.write({ eve: 2 });
  expect(section.read()).toEqual({ eve: 2 });
  expect(createFileState(folder).section('users', users, {}).read()).toEqual({ eve: 2 });
});

describe('nobody else may read it', () => {
  test('a new folder is 0700, a file in it 0600', () => {
    const folder = join(folderWith(), 'data');
    const state = createFileState(folder);
    state.section('users', users, {}).write({ eve: 1 });
    expect(modeOf(folder)).toBe('700');
    expect(modeOf(state.folder('tables'))).toBe('700');
    expect(modeOf(join(folder, 'users.json'))).toBe('600');
  });

  test('a folder that was open is closed', () => {
    const folder = join(folderWith(), 'data');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    createFileState(folder);
    expect(modeOf(folder)).toBe('700');
  });

  test('what a crash left half written, readable to all, does not lend its mode to the next file', () => {
    const folder = folderWith({ 'users.json.new': '{"ev' });
    chmodSync(join(folder, 'users.json.new'), 0o644);
    createFileState(folder).section('users', users, {}).write({ eve: 1 });
    expect(modeOf(join(folder, 'users.json'))).toBe('600');
    expect(JSON.parse(readFileSync(join(folder, 'users.json'), 'utf8'))).toEqual({ eve: 1 });
  });
});

test('a write that fails leaves the old value, on disk and in memory', () => {
  const folder = folderWith();
  const section = createFileState(folder).section('users', users, {});
  section.write({ eve: 1 });
  // A folder with something in it stands where the new file would be put first.
  mkdirSync(join(folder, 'users.json.new', 'x'), { recursive: true });
  expect(() => section.write({ eve: 2 })).toThrow();
  expect(section.read()).toEqual({ eve: 1 });
  expect(createFileState(folder).section('users', users, {}).read()).toEqual({ eve: 1 });
});

test('a reader of the file never sees a half of it: it is replaced, not written over', () => {
  const folder = folderWith();
  const section = createFileState(folder).section('users', users, {});
  section.write({ eve: 1 });
  const before = statSync(join(folder, 'users.json')).ino;
  section.write({ eve: 2 });
  expect(statSync(join(folder, 'users.json')).ino).not.toBe(before);
  expect(existsSync(join(folder, 'users.json.new'))).toBe(false);
});

describe('a file that is not what was written', () => {
  test.each([
    ['cut short', '{"eve": 1'],
    ['empty', ''],
    ['of another shape', '{"eve":"one"}'],
  ])('%s: is refused by name and left as it is', (_why, text) => {
    const folder = folderWith({ 'users.json': text });
    const refusal = expect.objectContaining({
      name: 'LoadError',
      code: 'state_invalid',
      message: expect.stringMatching(/"users".*state folder/),
    });
    expect(() => createFileState(folder).section('users', users, {})).toThrow(refusal);
    expect(readFileSync(join(folder, 'users.json'), 'utf8')).toBe(text);
  });

  test('once repaired it is read', () => {
    const folder = folderWith({ 'users.json': '{' });
    expect(() => createFileState(folder).section('users', users, {})).toThrow();
    writeFileSync(join(folder, 'users.json'), '{"eve":1}');
    expect(createFileState(folder).section('users', users, {}).read()).toEqual({ eve: 1 });
  });
});

describe('names', () => {
  test('two services cannot share a section', () => {
    const state = createFileState(folderWith());
    state.section('users', users, {});
    expect(() => state.section('users', users, {})).toThrow(TypeError);
    expect(() => state.folder('users')).toThrow(TypeError);
    expect(() => state.section('groups', users, {})).not.toThrow();
  });

  test.each(['../users', 'a/b', '', 'Users', '.hidden', 'users.json', `a${'x'.repeat(200)}`])(
    '%j is no name',
    (name) => {
      expect(() => createFileState(folderWith()).section(name, users, {})).toThrow(TypeError);
      expect(() => createFileState(folderWith()).folder(name)).toThrow(TypeError);
    },
  );
});
