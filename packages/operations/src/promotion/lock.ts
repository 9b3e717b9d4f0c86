/**
 * One change of a stage's mode at a time on this machine: a file with an owner and an expiry. A promotion waits for
 * nobody and yields to a rollback, which takes the lock over. Another machine is noticed by the gateway's own moment of
 * change (policy-mode.ts).
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';

/** Milliseconds. Longer than a promotion takes: its waits are two minutes each. */
const LIFETIME = 10 * 60_000;

const held = z.object({ owner: z.string(), command: z.string(), by: z.string(), expires: z.iso.datetime() });
type Held = z.infer<typeof held>;

export type RolloutLock = {
  /** @throws OperationError `overtaken` when another command has the lock by now, or it expired. */
  assertHeld(): void;
  release(): void;
};

export type LockRequest = {
  readonly file: string;
  readonly command: 'promote' | 'rollback';
  readonly by: string;
  readonly clock: Clock;
};

/** Undefined where there is no lock, or a crash left half of one. */
function read(file: string): Held | undefined {
  try {
    return held.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function isNew(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function overwrite(file: string, text: string, owner: string): void {
  const fresh = `${file}.${owner}`;
  try {
    writeFileSync(fresh, text, { flag: 'wx', mode: 0o600 });
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
}

function refuse({ command, by, expires }: Held): never {
  throw new OperationError(
    'promotion_locked',
    `npm run ${command} by ${by} is under way (its lock ends at ${expires}). Wait for it.`,
  );
}

/**
 * Takes the lock. A rollback takes it from whoever has it; a promotion from nobody whose time is not over.
 * @throws OperationError `promotion_locked`.
 */
export function takeLock({ file, command, by, clock }: LockRequest): RolloutLock {
  const owner = randomUUID();
  const expires = new Date(clock.now() + LIFETIME).toISOString();
  const text = JSON.stringify({ owner, command, by, expires });
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!isNew(file, text)) {
    const other = read(file);
    const left = other === undefined ? 0 : Date.parse(other.expires) - clock.now();
    // More than a lock ever has was written by a wrong clock or by hand.
    const alive = left > 0 && left <= LIFETIME;
    if (other !== undefined && alive && command === 'promote') refuse(other);
    overwrite(file, text, owner);
  }
  const isMine = (): boolean => read(file)?.owner === owner;
  return {
    assertHeld() {
      if (isMine() && Date.parse(expires) > clock.now()) return;
      throw new OperationError(
        'overtaken',
        'Another command took over the roll-out. The gateway was set back to LOG_ONLY where this one had enforced.',
      );
    },
    release() {
      if (isMine()) rmSync(file, { force: true });
    },
  };
}
