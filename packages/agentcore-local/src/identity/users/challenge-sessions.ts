/** Open challenges: between a right temporary password and the new one. Kept in memory: a restart asks anew. */
import type { Clock } from '../../ports.ts';
import { hashOpaqueToken, newOpaqueToken } from '../random.ts';

const MAX_OPEN = 10_000;

export type Challenge = {
  readonly poolId: string;
  readonly clientId: string;
  readonly sub: string;
  /** Which password was right: a later one closes the challenge. */
  readonly passwordSetAt: number;
};

export interface ChallengeSessions {
  /** @param minutes - that the challenge stays open. Returns the session text for the client. */
  open(challenge: Challenge, minutes: number): string;
  find(session: string): Challenge | undefined;
  /** Closes a challenge; false when it was closed already. */
  close(session: string): boolean;
}

export function createChallengeSessions(now: Clock): ChallengeSessions {
  const sessions = new Map<string, Challenge & { readonly expiresAt: number }>();

  function prune(): void {
    for (const [key, { expiresAt }] of sessions) {
      if (expiresAt > now() && sessions.size < MAX_OPEN) return;
      sessions.delete(key);
    }
  }

  return {
    open(challenge, minutes) {
      prune();
      const session = newOpaqueToken();
      sessions.set(hashOpaqueToken(session), { ...challenge, expiresAt: now() + minutes * 60_000 });
      return session;
    },
    find(session) {
      const found = sessions.get(hashOpaqueToken(session));
      return found !== undefined && found.expiresAt > now() ? found : undefined;
    },
    close: (session) => sessions.delete(hashOpaqueToken(session)),
  };
}
