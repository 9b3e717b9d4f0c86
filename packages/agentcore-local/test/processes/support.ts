/** Temp folders and processes for tests; both are gone when the test file is done. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessKey } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import type { ChildEnvironment } from '../../src/ports.ts';
import { createChildEnvironment } from '../../src/processes/child-environment.ts';
import type { Timers } from '../../src/processes/timers.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder holding the given files. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-test-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

/** Waits for something that has no event to await, at most ten seconds. */
export async function eventually<T>(read: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const value = read();
    if (value) return value;
    await sleep(10);
  }
  throw new Error('it did not happen within ten seconds');
}

/** Whether a process runs. One that ended and only waits to be collected does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Gone in between, or a platform without /proc, where the signal's answer stands.
    return process.platform !== 'linux';
  }
}

export const TEST_KEY: AccessKey = {
  accessKeyId: 'LOCALKEYOFTHEROLE0001',
  secretAccessKey: 'local-secret-of-the-role-0123456789abcdef',
};

export const TEST_ENDPOINT = 'http://127.0.0.1:4566';

/** The real environment of children, over one role key. */
export const testEnvironment = (): ChildEnvironment =>
  createChildEnvironment({
    credentials: { ofRole: () => TEST_KEY, find: () => undefined },
    endpoint: TEST_ENDPOINT,
    region: 'us-east-1',
  });

export type ManualTimers = Timers & {
  /** Delays of the timers that wait, milliseconds. */
  waiting(): number[];
  /** Runs every timer that waits for exactly this long. */
  fire(milliseconds: number): void;
};

/** Timers that run when the test says so. */
export function manualTimers(): ManualTimers {
  const timers = new Set<{ milliseconds: number; action: () => void }>();
  return {
    after(milliseconds, action) {
      const timer = { milliseconds, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    waiting: () => [...timers].map(({ milliseconds }) => milliseconds),
    fire(milliseconds) {
      for (const timer of [...timers].filter((each) => each.milliseconds === milliseconds)) {
        timers.delete(timer);
        timer.action();
      }
    },
  };
}
