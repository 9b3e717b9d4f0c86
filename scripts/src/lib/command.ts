/** The frame of every command: arguments, help, errors as one sentence, exit codes that mean something. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { note, print, visibleLines } from './terminal.ts';

/** 0 done, 1 it did not work, 2 it was called wrongly. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Called wrongly; the message says how to call it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

export type Command<T extends Options> = {
  /** Shown by `--help`: usage, what it does, each option. */
  readonly help: string;
  readonly options: T;
  readonly positionals?: boolean;
  readonly run: (
    values: ReturnType<typeof parseArgs<{ options: T }>>['values'],
    positionals: readonly string[],
  ) => Promise<number>;
};

/** Errors whose message is a sentence for people. */
const KNOWN = new Set([
  'ClientError',
  'DeploymentError',
  'LoadError',
  'OperationError',
  'PolicyError',
  'SynthesisError',
  'UsageError',
]);

const REFUSED = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND']);

/** Whether an error, or what caused it, is a connection that could not be made. */
const isConnection = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && REFUSED.has(String(error.code))) || isConnection(error.cause));

/** What went wrong, for people: one sentence and what to do. */
function sentence(error: unknown): string {
  if (error instanceof Error && (KNOWN.has(error.name) || isUsage(error))) return error.message;
  if (isConnection(error)) return 'The system cannot be reached. Is "npm start" running in another terminal?';
  if (!(error instanceof Error)) return 'Something went wrong.';
  return `${error.name}: ${error.message}`;
}

const isUsage = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

/**
 * Runs a command and prints what went wrong.
 * @param args - without Node and script.
 * @returns the exit code.
 */
export async function execute<T extends Options>(
  command: Command<T>,
  args: readonly string[],
): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: command.positionals === true,
    });
    if ((values as { help?: boolean }).help === true) {
      print(command.help);
      return EXIT.done;
    }
    return await command.run(values as Parameters<typeof command.run>[0], positionals);
  } catch (error) {
    note(visibleLines(sentence(error)));
    if (isUsage(error)) note(`\n${command.help}`);
    return isUsage(error) ? EXIT.usage : EXIT.failed;
  }
}

/** Runs a command with the process's arguments; sets the exit code. */
export async function runCommand<T extends Options>(command: Command<T>): Promise<void> {
  process.exitCode = await execute(command, process.argv.slice(2));
}
