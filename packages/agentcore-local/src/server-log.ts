/** The server's own log: what nobody outside is told. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './ports.ts';

type ServerLog = {
  /** Writes one line. */
  readonly write: (where: string, what: object) => void;
  /** Writes what went wrong, and where in the code. */
  readonly error: (error: unknown, where: string) => void;
};

/** @param folder - of `server.log`, which its owner alone reads. */
export function openServerLog(folder: string, now: Clock): ServerLog {
  const write: ServerLog['write'] = (where, what) => {
    const line = { time: new Date(now()).toISOString(), where, ...what };
    appendFileSync(join(folder, 'server.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };
  return {
    write,
    error: (error, where) =>
      write(
        where,
        error instanceof Error ? { name: error.name, message: error.message, stack: error.stack } : {},
      ),
  };
}
