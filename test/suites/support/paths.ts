/** Where the clients of others are installed, and how one of their commands is run. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

export const CLIENTS = join(import.meta.dirname, '..', 'clients');

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/**
 * Runs a command that they bring, on this Node.
 * @param script - path of its JavaScript file under `node_modules`.
 */
export function runSuite(script: string, args: readonly string[], cwd: string): Promise<Ran> {
  const file = join(CLIENTS, 'node_modules', script);
  return new Promise((resolve) => {
    const options = { cwd, timeout: 120_000, maxBuffer: 32 * 1024 * 1024 };
    execFile(process.execPath, [file, ...args], options, (error, out, err) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : 1;
      resolve({ code, out, err });
    });
  });
}
