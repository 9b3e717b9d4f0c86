/** Real processes of a test: started as a person would, watched through /proc, gone at the end. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

type Process = ChildProcessByStdio<null, Readable, Readable>;

/** Parent of each process that runs now. Zombies do not run. */
function parents(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state !== 'Z') found.set(Number(name), Number(parent));
    } catch {
      // It ended between the listing and the look.
    }
  }
  return found;
}

/** A process and all that come from it, that run now. */
export function family(pid: number): readonly number[] {
  const all = parents();
  const children = [...all].filter(([, parent]) => parent === pid).map(([child]) => child);
  return [...(all.has(pid) ? [pid] : []), ...children.flatMap(family)];
}

export const running = (pids: readonly number[]): readonly number[] => {
  const all = parents();
  return pids.filter((pid) => all.has(pid));
};

/** Waits until none of the processes runs. */
export async function gone(pids: readonly number[], limitMs: number): Promise<readonly number[]> {
  const end = Date.now() + limitMs;
  while (running(pids).length > 0 && Date.now() < end) await wait(50);
  return running(pids);
}

export function start(file: string, args: readonly string[], env: Readonly<Record<string, string>>): Process {
  return spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The first line of stdout that is a JSON object; what stderr said, when there is none. */
export function firstJson(child: Process): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const line = out.split('\n').find((text) => text.startsWith('{') && text.endsWith('}'));
      if (line !== undefined) resolve(JSON.parse(line));
    });
    child.once('exit', () => reject(new Error(`it ended: ${err}`)));
  });
}

/** How a process ended, and what it printed. */
export function ended(child: Process): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

/** A port that nothing uses now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
