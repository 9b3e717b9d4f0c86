/** What the README tells people to type works as it stands there, and every command helps. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestSystem, type TestSystem } from './support/system.ts';
import { type } from './support/typed.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const COMMANDS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'bootstrap', 'commands.json'), 'utf8'),
);
const SCRIPTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).scripts;

/** `npm run tools -- …` and the like, from the README's tables and blocks. */
const typed = [
  ...new Set(
    [...README.matchAll(/npm (?:run (?:-s )?[a-z]+|start|test)(?: -- [^`\n]*)?/g)].map(([text]) =>
      text.trim(),
    ),
  ),
];
const nameOf = (line: string): string => /^npm (?:run (?:-s )?)?([a-z]+)/.exec(line)?.[1] ?? '';

/** Those that talk to a running system; the others have tests of their own. */
const small = typed.filter(
  (line) => ['invoke', 'tools', 'token'].includes(nameOf(line)) && line.includes('--'),
);

const run = promisify(execFile);
let running: TestSystem;

beforeAll(async () => {
  running = await startTestSystem();
});
afterAll(() => running.stop());

test('the README names commands, and only those that exist', () => {
  expect(small.length).toBeGreaterThanOrEqual(5);
  expect(typed.map(nameOf).filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
});

test('package.json, the bootstrap and the scripts know the same commands', () => {
  expect(Object.keys(SCRIPTS).toSorted()).toEqual(Object.keys(COMMANDS).toSorted());
  const missing = Object.keys(COMMANDS).filter(
    (name) => !existsSync(join(ROOT, 'scripts', 'src', `${name}.ts`)),
  );
  expect(missing).toEqual([]);
});

test.each(small)('%s', async (line) => {
  const { code, out } = await type(line, running.folder);
  expect([code, out.trim()]).toEqual([0, expect.stringMatching(/./)]);
});

describe('--help', () => {
  test.each(Object.keys(COMMANDS))('%s', async (name) => {
    const { stdout } = await run(process.execPath, [join(ROOT, 'scripts', 'src', `${name}.ts`), '--help']);
    expect(stdout).toContain(
      name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name === 'token' ? '-s token' : name}`,
    );
  });
});

test('the tree of the README is the tree', () => {
  const [, tree = ''] = /## Where things are\n\n```\n([\s\S]*?)```/.exec(README) ?? [];
  const folders = [...tree.matchAll(/^( *)([a-z][\w.-]*)\/?(?= |$)/gm)].map(([, indent = '', name = '']) =>
    indent === '' ? name : join('packages', name),
  );
  expect(folders.length).toBeGreaterThan(15);
  expect(folders.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
});
