/** The workshop, typed as it stands in the documentation, step by step against one running system. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POLICY_FOLDER } from '@secure-agent/infra';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSystem, type TestSystem } from './support/system.ts';
import { type } from './support/typed.ts';

const docs = (file: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'docs', file), 'utf8');
const WORKSHOP = docs('workshop.md');

/** Every line of a block of commands, with the exit code that it is said to end with. */
const steps = [...WORKSHOP.matchAll(/^```sh\n([\s\S]*?)^```/gm)]
  .flatMap(([, block = '']) => block.trim().split('\n'))
  .map((line) => ({ line: line.replace(/\s+# 1$/, ''), code: line.endsWith('# 1') ? 1 : 0 }));

/** Commands that read or write the roll-out file: a copy of it, here. */
const ROLLOUT = /^npm run (?:phase|rollback|promote|policy -- (?:attach|play))\b/;

let running: TestSystem;
let policies: string;
beforeAll(async () => {
  policies = join(mkdtempSync(join(tmpdir(), 'secure-agent-workshop-')), 'policies');
  cpSync(POLICY_FOLDER, policies, { recursive: true });
  running = await startTestSystem();
});
afterAll(async () => {
  await running?.stop();
  rmSync(join(policies, '..'), { recursive: true, force: true });
});

const onCopy = (line: string): string =>
  ROLLOUT.test(line) ? `${line.includes(' -- ') ? line : `${line} --`} --policies '${policies}'` : line;

test('it has a refusal, a way there and a way back', () => {
  expect(steps.map(({ code }) => code)).toContain(1);
  expect(steps.map(({ line }) => line)).toEqual(
    expect.arrayContaining(['npm run promote', 'npm run policy -- play']),
  );
});

test.each(steps)('$line ends with $code', { timeout: 120_000 }, async ({ line, code }) => {
  const ended = await type(onCopy(line), running.folder);
  expect({ line, code: ended.code, said: ended.out + ended.err }).toMatchObject({ line, code });
  expect(ended.out + ended.err).not.toBe('');
});

test('what play tells of the last step: who reached a tool, and whom policy stopped', async () => {
  const { out } = await type(onCopy('npm run policy -- play --json'), running.folder);
  const { cells } = JSON.parse(out);
  const mail = { tool: 'ReportTarget___markdown_to_email' };
  expect(cells).toContainEqual({ ...mail, role: 'admins', calls: 1, denied: 1 });
  expect(cells).toContainEqual({ ...mail, role: 'machine:manager', calls: 2, denied: 1 });
}, 120_000);

/** The usage lines of the commands' own document. */
const usages = [...docs('policies.md').matchAll(/^```\n(npm run [\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
  block.trim().split('\n'),
);

test('the document of the commands has usage lines', () => {
  expect(usages.length).toBeGreaterThanOrEqual(6);
});

test.each(usages)('--help begins with what the document says: %s', async (usage) => {
  const [command = ''] = /^npm run (?:policy -- [a-z]+|[a-z]+)/.exec(usage) ?? [];
  const help = await type(
    command.includes(' -- ') ? `${command} --help` : `${command} -- --help`,
    running.folder,
  );
  expect(help.out.split('\n')[0]).toBe(usage);
});
