/** `policies/rollout.json`: read, and one stage of it written whole. */
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type Rollout, rollout, type StageRollout } from '@secure-agent/contracts';
import { OperationError } from '../operation-error.ts';

/** @throws OperationError `rollout_invalid`. */
export function readRolloutFile(file: string): Rollout {
  try {
    return rollout.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new OperationError(
      'rollout_invalid',
      'rollout.json of the policy folder cannot be read, or is not valid. Restore it first.',
    );
  }
}

/**
 * Writes one stage's entry and leaves the others as they are: a new file takes the place of the old one, so a crash leaves
 * one of the two.
 * @throws OperationError `rollout_invalid`; what the file system throws.
 */
export function writeStage(file: string, stage: string, entry: StageRollout): void {
  const before = readRolloutFile(file);
  const next = rollout.parse({ ...before, stages: { ...before.stages, [stage]: entry } });
  const fresh = `${file}.${randomUUID()}`;
  try {
    writeFileSync(fresh, `${JSON.stringify(next, null, 2)}\n`, { flag: 'wx' });
    renameSync(fresh, file);
  } finally {
    rmSync(fresh, { force: true });
  }
}
