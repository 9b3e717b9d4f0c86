/** Writes one JSON line to stderr, where Lambda's log is. `reason` is a closed word: no token, no argument. */
export const report =
  (interceptor: 'request' | 'response') =>
  (reason: string): void => {
    process.stderr.write(`${JSON.stringify({ level: 'warn', interceptor, reason })}\n`);
  };
