/**
 * What is open between two requests of a sign-in: each under a secret of its own, for a while, and once.
 * Kept in memory: a restart asks anew.
 */
import type { Clock } from '../../ports.ts';
import { hashOpaqueToken, newOpaqueToken } from '../random.ts';

const MAX_OPEN = 10_000;

/** Between a right temporary password and the new one. */
export type Challenge = {
  readonly poolId: string;
  readonly clientId: string;
  readonly sub: string;
  /** Which password was right: a later one closes the challenge. */
  readonly passwordSetAt: number;
};

export interface OpenSessions<T> {
  /** @param minutes - that it stays open. Returns the secret. */
  open(value: T, minutes: number): string;
  find(secret: string): T | undefined;
  /** Closes one; false when it was closed already. */
  close(secret: string): boolean;
  /** Closes all that fit. */
  closeWhere(fits: (value: T) => boolean): void;
}

export function createOpenSessions<T>(now: Clock): OpenSessions<T> {
  const sessions = new Map<string, { readonly value: T; readonly expiresAt: number }>();

  function prune(): void {
    for (const [key, { expiresAt }] of sessions) {
      if (expiresAt > now() && sessions.size < MAX_OPEN) return;
      sessions.delete(key);
    }
  }

  return {
    open(value, minutes) {
      prune();
      const secret = newOpaqueToken();
      sessions.set(hashOpaqueToken(secret), { value, expiresAt: now() + minutes * 60_000 });
      return secret;
    },
    find(secret) {
      const found = sessions.get(hashOpaqueToken(secret));
      return found !== undefined && found.expiresAt > now() ? found.value : undefined;
    },
    close: (secret) => sessions.delete(hashOpaqueToken(secret)),
    closeWhere(fits) {
      for (const [key, { value }] of sessions) if (fits(value)) sessions.delete(key);
    },
  };
}
