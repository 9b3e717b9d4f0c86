/** The lock of a rollback: it makes a promotion of this machine yield sooner, and a rollback goes on without it. */
import { type RolloutLock, takeLock } from '@secure-agent/operations';

export type TriedLock = Pick<RolloutLock, 'release'> & {
  /** One sentence where it could not be had. */
  readonly notes: readonly string[];
};

const codeOf = (error: unknown): string =>
  error instanceof Error ? ('code' in error ? String(error.code) : error.name) : 'unknown';

/** Takes a rollback's lock, where the state folder can be written. */
export function lockIfPossible(request: Omit<Parameters<typeof takeLock>[0], 'command'>): TriedLock {
  try {
    const lock = takeLock({ ...request, command: 'rollback' });
    return { release: () => lock.release(), notes: [] };
  } catch (error) {
    const why = `The lock of the state folder could not be written (${codeOf(error)})`;
    return { release() {}, notes: [`${why}: a promotion under way sees the gateway's change alone.`] };
  }
}
