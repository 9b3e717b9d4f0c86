import { ClientError } from '@secure-agent/client';
import { describe, expect, test, vi } from 'vitest';
import { type Command, EXIT, execute, UsageError } from '../src/lib/command.ts';
import { captureOutput } from './support/output.ts';

const output = captureOutput();

const OPTIONS = { user: { type: 'string' }, json: { type: 'boolean' } } as const;
type Run = Command<typeof OPTIONS>['run'];

const HELP = 'npm run thing -- --user NAME';
const run = (args: readonly string[], act: Run = async () => EXIT.done, positionals = true) =>
  execute({ help: HELP, options: OPTIONS, positionals, run: act }, args);

const failing =
  (error: unknown): Run =>
  () =>
    Promise.reject(error);

describe('arguments', () => {
  test('reach the command, and its exit code comes back', async () => {
    const act = vi.fn<Run>(async () => 7);
    expect(await run(['--user', 'eve', 'call', '--json', 'x'], act)).toBe(7);
    expect(act).toHaveBeenCalledWith(expect.objectContaining({ user: 'eve', json: true }), ['call', 'x']);
    expect([output.out, output.err]).toEqual(['', '']);
  });

  test.each([
    ['an option that nobody knows', ['--password', 'x']],
    ['an option without its value', ['--user']],
    ['a value for a flag', ['--json=yes']],
  ])('%s: how to call it, on stderr, and 2', async (_id, args) => {
    const act = vi.fn<Run>();
    expect(await run(args, act)).toBe(EXIT.usage);
    expect(act).not.toHaveBeenCalled();
    expect(output.out).toBe('');
    expect(output.err).toContain(HELP);
  });

  test('words where none are taken', async () => {
    expect(await run(['word'], undefined, false)).toBe(EXIT.usage);
    expect(await run(['word'], undefined, true)).toBe(EXIT.done);
  });
});

test.each(['--help', '-h'])('%s is a result: on stdout, and nothing is run', async (flag) => {
  const act = vi.fn<Run>();
  expect(await run([flag, '--user', 'eve'], act)).toBe(EXIT.done);
  expect(act).not.toHaveBeenCalled();
  expect([output.out, output.err]).toEqual([`${HELP}\n`, '']);
});

describe('errors go to stderr and nothing to stdout', () => {
  test('called wrongly: the sentence, then how to call it, and 2', async () => {
    expect(await run([], failing(new UsageError('Say what you want.')))).toBe(EXIT.usage);
    expect([output.out, output.err]).toEqual(['', `Say what you want.\n\n${HELP}\n`]);
  });

  test('an error for people: its sentence alone, and 1', async () => {
    expect(await run([], failing(new ClientError('no_system', 'Run "npm start" first.')))).toBe(EXIT.failed);
    expect([output.out, output.err]).toEqual(['', 'Run "npm start" first.\n']);
  });

  test('a connection that is not made, however deep it says so', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect(await run([], failing(new TypeError('fetch failed', { cause: refused })))).toBe(EXIT.failed);
    expect(output.err).toMatch(/^The system cannot be reached\..*npm start.*\n$/);
  });

  test('any other error: its name and message, and no stack', async () => {
    expect(await run([], failing(new RangeError('too far')))).toBe(EXIT.failed);
    expect(output.err).toBe('RangeError: too far\n');
  });

  test.each([undefined, 'text', null])('%j, which is no error at all', async (thrown) => {
    expect(await run([], failing(thrown))).toBe(EXIT.failed);
    expect(output.err).toBe('Something went wrong.\n');
  });

  test('words of a server cannot move the cursor', async () => {
    await run([], failing(new ClientError('refused', 'The runtime answered 403: \u001b[2J\u009b2Jgone')));
    expect(output.err).toBe('The runtime answered 403: \\u001b[2J\\u009b2Jgone\n');
  });
});
