/** Waits out what the control plane does asynchronously: a resource is made, changed or deleted some time after the call. */
import type { Clock } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';

const UNDER_WAY = new Set(['CREATING', 'UPDATING', 'DELETING', 'GENERATING']);
/** Milliseconds: short at first, as most is done in a moment, then long. */
const FIRST_STEP = 50;
const LONGEST_STEP = 5000;
const LIMIT = 120_000;

/**
 * Reads a resource until nothing is under way with it.
 * @param what - names it in messages.
 * @throws OperationError `not_settled` after two minutes; what reading throws.
 */
export async function settled<T extends { readonly status?: string | undefined }>(
  what: string,
  read: () => Promise<T>,
  clock: Clock,
): Promise<T> {
  const start = clock.now();
  for (let step = FIRST_STEP; ; step = Math.min(step * 2, LONGEST_STEP)) {
    const found = await read();
    if (found.status === undefined || !UNDER_WAY.has(found.status)) return found;
    if (clock.now() - start + step > LIMIT) {
      throw new OperationError(
        'not_settled',
        `${what} is still ${found.status} after ${LIMIT / 1000} s. Look at it, then run the command again.`,
      );
    }
    await clock.wait(step);
  }
}
