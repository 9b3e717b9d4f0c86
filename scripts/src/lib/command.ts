/** The frame of every command: arguments, help, errors as one sentence, exit codes that mean something. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { note, print } from './terminal.ts';

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

const KNOWN = new Set([
  'ClientError',
  'LoadError',
  'UsageError',
  'SynthesisError',
  'PolicyError',
  'ConfigurationError',
]);

/** The message of an error that is meant for people; anything else is shown by its name alone. */
function sentence(error: unknown): string {
  if (error instanceof Error && KNOWN.has(error.name)) return error.message;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return 'Something went wrong.';
}

const isUsage = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

/** Parses the process's arguments and runs a command; sets the exit code. */
export async function runCommand<T extends Options>(command: Command<T>): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: command.positionals === true,
    });
    if ((values as { help?: boolean }).help === true) {
      print(command.help);
      return;
    }
    process.exitCode = await command.run(values as Parameters<typeof command.run>[0], positionals);
  } catch (error) {
    note(sentence(error));
    if (isUsage(error)) note(`\n${command.help}`);
    process.exitCode = isUsage(error) ? EXIT.usage : EXIT.failed;
  }
}
