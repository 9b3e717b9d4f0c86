/**
 * Slows down guessing. After five wrong passwords a user name is closed for one second, and twice as long after each
 * further one, up to fifteen minutes. Attempts while it is closed are not checked and do not lengthen it.
 * Source: Cognito developer guide, amazon-cognito-user-pools-authentication-flow (lockout behaviour).
 */
import type { Clock } from '../../ports.ts';

const FREE_FAILURES = 5;
const FIRST_BACK_OFF = 1_000;
const LONGEST_BACK_OFF = 15 * 60_000;

/** Names remembered at most, so that invented names cannot fill the memory. */
const MAX_NAMES = 10_000;

export type AttemptOutcome = 'right' | 'wrong' | 'closed';

export interface AttemptLimit {
  /**
   * Runs a check for one name. Checks of the same name run one after the other: guesses sent at once are counted like
   * guesses sent in a row, and several right sign-ins at once all succeed.
   * @param name - whether or not such a user exists: both are limited alike.
   */
  attempt(name: string, check: () => Promise<boolean>): Promise<AttemptOutcome>;
}

type Failures = { readonly count: number; readonly closedUntil: number };

const backOff = (count: number): number =>
  count < FREE_FAILURES ? 0 : Math.min(FIRST_BACK_OFF * 2 ** (count - FREE_FAILURES), LONGEST_BACK_OFF);

export function createAttemptLimit(now: Clock): AttemptLimit {
  const failures = new Map<string, Failures>();
  const queues = new Map<string, Promise<unknown>>();

  function fail(name: string): void {
    const count = (failures.get(name)?.count ?? 0) + 1;
    failures.delete(name);
    failures.set(name, { count, closedUntil: now() + backOff(count) });
    const oldest = failures.keys().next();
    if (failures.size > MAX_NAMES && oldest.done !== true) failures.delete(oldest.value);
  }

  async function run(name: string, check: () => Promise<boolean>): Promise<AttemptOutcome> {
    if ((failures.get(name)?.closedUntil ?? 0) > now()) return 'closed';
    if (await check()) {
      failures.delete(name);
      return 'right';
    }
    fail(name);
    return 'wrong';
  }

  return {
    async attempt(name, check) {
      const before = queues.get(name) ?? Promise.resolve();
      const mine = before.then(() => run(name, check));
      const settled = mine.catch(() => undefined);
      queues.set(name, settled);
      try {
        return await mine;
      } finally {
        if (queues.get(name) === settled) queues.delete(name);
      }
    },
  };
}
