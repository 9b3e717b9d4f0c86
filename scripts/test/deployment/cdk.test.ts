/** The command line as a child process: the real one as far as it gets without AWS, and one of the test's own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failureOf } from '@secure-agent/operations';
import { expect, test } from 'vitest';
import { cdkCommand, deployArguments, destroyArguments } from '../../src/lib/deployment/cdk.ts';
import { newFolder } from '../support/folder.ts';

function script(code: string): string {
  const file = join(newFolder(), 'cdk.cjs');
  writeFileSync(file, code);
  return file;
}

test('arguments, lines as they come, and the exit code', async () => {
  const code = `console.log(process.argv.slice(2).join(' ')); console.error('\\nto stderr'); process.exitCode = 3;`;
  const lines: string[] = [];
  const run = await cdkCommand(script(code))(['deploy', 'a b'], (line) => lines.push(line));
  expect(run.code).toBe(3);
  expect(lines.toSorted()).toEqual([
    'deploy a b --no-notices --no-color --no-version-reporting',
    'to stderr',
  ]);
  expect(run.text.split('\n').toSorted()).toEqual(lines.toSorted());
});

test('of much output the last is kept', async () => {
  const { text } = await cdkCommand(script('for (let i = 0; i < 1000; i += 1) console.log(i);'))(
    [],
    () => {},
  );
  expect(text.split('\n')).toHaveLength(200);
  expect(text.endsWith('\n999')).toBe(true);
});

test('a command line that is killed has not worked', async () => {
  const { code } = await cdkCommand(script(`process.kill(process.pid, 'SIGKILL')`))([], () => {});
  expect(code).not.toBe(0);
});

test.each([deployArguments, destroyArguments])(
  'the real one knows the arguments, and says what it lacks',
  async (args) => {
    const folder = newFolder();
    const { code, text } = await cdkCommand()([...args(folder, 'secure-agent-dev')], () => {});
    expect(code).not.toBe(0);
    expect(text).not.toMatch(/Unknown argument|Not enough arguments/i);
    expect(failureOf(text)).toBeUndefined();
  },
);
