/**
 * Starts a Node program as a child that cannot outlive this process. Its preload holds one end of a socket pair; when
 * the other end goes, whatever ended this process, the child is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { z } from 'zod';
import { type LineLog, readLines } from './line-log.ts';

const PRELOAD = new URL('./lifeline.mjs', import.meta.url).href;
const LIFELINE_FD = 3;
const STOP_GRACE_MS = 2_000;

export type ChildOptions = {
  /** Arguments for Node: flags, the program, its arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. Nothing is added from this process. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes what the child prints, one line at a time. */
  readonly log: LineLog;
  /** A channel for JSON messages. Without it the program has no way to talk to this process. */
  readonly onMessage?: (message: unknown) => void;
  /** Told each time that the program listens on a TCP port. */
  readonly onListening?: (listening: Listening) => void;
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Child = {
  readonly pid: number | undefined;
  /** Settles when the process is gone, or could not be started. Never rejects. */
  readonly exited: Promise<Exit>;
  running(): boolean;
  /** Sends one JSON message; lost when the child is gone. */
  send(message: object): void;
  /** SIGKILL. */
  kill(): Promise<Exit>;
  /** SIGTERM, then SIGKILL after the grace period. */
  stop(graceMs?: number): Promise<Exit>;
};

const lifelineMessage = z.object({ listening: z.object({ address: z.string(), port: z.number() }) });
export type Listening = z.infer<typeof lifelineMessage>['listening'];

/** A line that is not ours is left alone: the program may hold the same descriptor. */
function parseLifeline(line: string): Listening | undefined {
  try {
    return lifelineMessage.parse(JSON.parse(line)).listening;
  } catch {
    return undefined;
  }
}

function watchLifeline(lifeline: unknown, onListening: ChildOptions['onListening']): void {
  if (!(lifeline instanceof Duplex)) return;
  readLines(lifeline, (line) => {
    const listening = parseLifeline(line);
    if (listening) onListening?.(listening);
  });
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', () => resolve({ code: null, signal: null }));
  });
}

/** Starts a program with the Node that runs this process. */
export function spawnChild(options: ChildOptions): Child {
  const { onMessage, onListening, log } = options;
  const child = spawn(process.execPath, ['--import', PRELOAD, ...options.args], {
    cwd: options.cwd,
    env: { ...options.env, LOCAL_AWS_LIFELINE_FD: String(LIFELINE_FD) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...(onMessage ? (['ipc'] as const) : [])],
  });
  let running = true;
  const exited = exitOf(child).then((exit) => {
    running = false;
    return exit;
  });
  if (child.stdout) readLines(child.stdout, log.write);
  if (child.stderr) readLines(child.stderr, log.write);
  watchLifeline(child.stdio[LIFELINE_FD], onListening);
  if (onMessage) child.on('message', onMessage);

  return {
    pid: child.pid,
    exited,
    running: () => running,
    send(message) {
      if (child.connected) child.send(message, () => {});
    },
    kill() {
      child.kill('SIGKILL');
      return exited;
    },
    async stop(graceMs = STOP_GRACE_MS) {
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(killing);
      return exit;
    },
  };
}
