/** `bootstrap/run.mjs` on a machine of the test's own making: an npm and a pnpm that only note what they are asked. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../src/lib/paths.ts';
import { newFolder } from './support/folder.ts';

let root: string;

function put(path: string, content: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

const LOG = 'asked.log';
const asked = (): readonly string[] =>
  existsSync(join(root, LOG)) ? readFileSync(join(root, LOG), 'utf8').trim().split('\n') : [];

/** Notes its arguments; `npm ci` leaves a pnpm that does the same. */
const FAKE_NPM = `#!/bin/sh
echo "npm $* NODE_ENV=$NODE_ENV" >> ../${LOG}
mkdir -p node_modules/pnpm/bin
cat > node_modules/pnpm/bin/pnpm.cjs <<'END'
const { appendFileSync, mkdirSync } = require('node:fs');
appendFileSync('${LOG}', ['pnpm', ...process.argv.slice(2)].join(' ') + require('node:os').EOL);
mkdirSync('node_modules', { recursive: true });
END
`;

function fakeNpm(script: string): void {
  put('bin/npm', script);
  chmodSync(join(root, 'bin/npm'), 0o755);
}

beforeEach(() => {
  root = newFolder();
  for (const name of ['run.mjs', 'commands.json', 'package-lock.json']) {
    mkdirSync(join(root, 'bootstrap'), { recursive: true });
    copyFileSync(join(ROOT, 'bootstrap', name), join(root, 'bootstrap', name));
  }
  put('pnpm-lock.yaml', 'lock');
  put('pnpm-workspace.yaml', 'workspace');
  put(
    'scripts/src/token.ts',
    "process.stdout.write(['args', ...process.argv.slice(2)].join(' ') + '\\n'); process.exitCode = 3;",
  );
  fakeNpm(FAKE_NPM);
});

/** Nothing of the real npm is in reach: first comes the fake one, then what a shell needs. */
function start(args: readonly string[], path = `${join(root, 'bin')}:/usr/bin:/bin`) {
  const env = { PATH: path, NODE_ENV: 'production', HOME: root };
  return spawn(process.execPath, [join(root, 'bootstrap', 'run.mjs'), ...args], { env });
}

/** Runs the bootstrap with this Node, as npm on the path would. */
async function run(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = start(args);
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, out, err };
}

test('the first run brings tools and workspace, later ones only run the command', async () => {
  expect(await run('token', '--user', 'eve')).toMatchObject({ code: 3, out: 'args --user eve\n' });
  expect(asked()).toEqual([
    // The host's Node is new enough: none is brought. NODE_ENV would leave out what tests need.
    expect.stringMatching(/^npm ci --ignore-scripts --no-audit --no-fund --omit=optional NODE_ENV=$/),
    expect.stringMatching(/^pnpm install --frozen-lockfile --ignore-scripts /),
  ]);
  const second = await run('token');
  expect(second).toEqual({ code: 3, out: 'args\n', err: '' });
  expect(asked()).toHaveLength(2);
});

test('a changed lock is installed again', async () => {
  await run('token');
  put('pnpm-lock.yaml', 'another lock');
  await run('token');
  expect(asked().map((line) => line.split(' ')[0])).toEqual(['npm', 'pnpm', 'pnpm']);
});

describe('an installation that fails', () => {
  test.each([
    ['no network', 'npm error code ENOTFOUND', /^secure-agent: the npm registry cannot be reached/m],
    ['something else', 'npm error code EINTEGRITY', /EINTEGRITY\n.*installing .* failed/],
  ])('%s: one sentence, 1, nothing on stdout; the next run tries again', async (_id, words, sentence) => {
    fakeNpm(`#!/bin/sh\necho "${words}" >&2\nexit 1\n`);
    const failed = await run('token');
    expect(failed).toMatchObject({ code: 1, out: '' });
    expect(failed.err).toMatch(sentence);
    expect(failed.err).not.toMatch(/ at .*\.mjs/);
    fakeNpm(FAKE_NPM);
    expect((await run('token')).code).toBe(3);
  });

  test('no npm at all', async () => {
    const child = start(['token'], join(root, 'empty'));
    const err = text(child.stderr);
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1);
    expect(await err).toMatch(/installing pnpm failed/);
  });
});

test.each([
  [[], 0],
  [['--help'], 0],
  [['nothing'], 2],
  [['constructor'], 2],
  [['../token'], 2],
])('%j lists the commands, installs nothing and ends with %i', async (args, code) => {
  const told = await run(...args);
  expect(told).toMatchObject({ code, out: '' });
  expect(told.err).toMatch(/npm run start .*\n {2}npm run demo /);
  expect(asked()).toEqual([]);
});

test('a signal ends command and bootstrap, with the code of the signal', async () => {
  put('scripts/src/token.ts', "process.stdout.write('up\\n'); setInterval(() => {}, 1000);");
  const child = start(['token']);
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(143);
});

test('every command of the list is a script of the package and a file', () => {
  const commands = Object.keys(JSON.parse(readFileSync(join(ROOT, 'bootstrap', 'commands.json'), 'utf8')));
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(scripts).toEqual(
    Object.fromEntries(commands.map((name) => [name, `node bootstrap/run.mjs ${name}`])),
  );
  for (const name of commands) expect(existsSync(join(ROOT, 'scripts', 'src', `${name}.ts`))).toBe(true);
});

test('the file is one that an old Node reads as far as its own check', () => {
  expect(execFileSync(process.execPath, ['--check', join(ROOT, 'bootstrap', 'run.mjs')]).length).toBe(0);
});
