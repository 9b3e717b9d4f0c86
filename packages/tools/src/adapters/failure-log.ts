/**
 * One JSON line for what was thrown. The message of an error is left out: services quote their input in it, and that is
 * an argument's value.
 */
export function failureLine(error: unknown): string {
  const known = error instanceof Error;
  const trace = known ? (error.stack ?? '').replace(error.message, '') : '';
  const frames = trace.split('\n').filter((line) => /^\s+at /.test(line));
  return `${JSON.stringify({ level: 'error', error: known ? error.name : typeof error, frames })}\n`;
}

/** Writes the line to stderr, where Lambda's log is. */
export const logFailure = (error: unknown): void => {
  process.stderr.write(failureLine(error));
};
