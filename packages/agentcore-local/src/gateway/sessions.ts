/**
 * MCP sessions of one gateway. A session only tells requests of one client from another's: it proves nothing, and every
 * request is authenticated anew (devguide gateway-sessions).
 */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports.ts';

/** Sessions of one gateway; when there are more, the oldest ends. AWS documents no number. */
const MAX_SESSIONS = 10_000;
/** Sessions of one user; when there are more, that user's oldest ends, and nobody else's. */
const MAX_SESSIONS_OF_USER = 100;

type Session = { readonly user: string; readonly endsAt: number };

export type Sessions = {
  /**
   * Opens a session that ends by itself, used or not.
   * @param user - whose it is.
   * @param lifetimeMs - milliseconds from now.
   * @returns its id.
   */
  open(user: string, lifetimeMs: number): string;
  /** Whether this is a session of this user that has not ended. */
  holds(id: string, user: string): boolean;
};

/** Makes the sessions of a gateway, none so far. They end with the process. */
export function createSessions(now: Clock): Sessions {
  /** Oldest first. */
  const sessions = new Map<string, Session>();
  const idsOf = new Map<string, Set<string>>();

  function end(id: string): void {
    const user = sessions.get(id)?.user ?? '';
    sessions.delete(id);
    const ids = idsOf.get(user);
    ids?.delete(id);
    if (ids?.size === 0) idsOf.delete(user);
  }

  /** Ends the first of some sessions when there are as many as there may be. */
  function limit(ids: ReadonlySet<string> | ReadonlyMap<string, Session> | undefined, most: number): void {
    const [oldest] = ids?.keys() ?? [];
    if (ids !== undefined && oldest !== undefined && ids.size >= most) end(oldest);
  }

  function makeRoom(user: string): void {
    limit(idsOf.get(user), MAX_SESSIONS_OF_USER);
    if (sessions.size >= MAX_SESSIONS) {
      for (const [id, { endsAt }] of sessions) if (endsAt <= now()) end(id);
    }
    limit(sessions, MAX_SESSIONS);
  }

  return {
    open(user, lifetimeMs) {
      makeRoom(user);
      const id = randomUUID();
      sessions.set(id, { user, endsAt: now() + lifetimeMs });
      const ids = idsOf.get(user) ?? new Set();
      idsOf.set(user, ids.add(id));
      return id;
    },
    holds(id, user) {
      const session = sessions.get(id);
      if (session === undefined) return false;
      if (session.endsAt > now()) return session.user === user;
      end(id);
      return false;
    },
  };
}
