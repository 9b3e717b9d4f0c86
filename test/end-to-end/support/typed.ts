/** Lines that documentation tells people to type, run as they stand there against a running system. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const SCRIPTS = join(import.meta.dirname, '..', '..', '..', 'scripts', 'src');

export type Typed = { readonly code: number; readonly out: string; readonly err: string };

/**
 * Runs a line of `npm run` in a shell, with npm and the bootstrap left out: they have run, or no test would.
 * @param state - folder of the running system.
 */
export function type(line: string, state: string): Promise<Typed> {
  const direct = line.replace(
    /^npm run (?:-s )?([a-z]+)(?: --)?/,
    (_all, name: string) => `"${process.execPath}" "${join(SCRIPTS, `${name}.ts`)}"`,
  );
  const env = { ...process.env, SECURE_AGENT_STATE: state };
  return new Promise((resolve) => {
    execFile('sh', ['-c', direct], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }),
    );
  });
}
