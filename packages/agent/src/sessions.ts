/** Sessions and whose they are. The platform lets any admitted caller name any session, so the app binds them. */
import {
  SESSION_ID_HEADER,
  SESSION_ID_MAX_LENGTH,
  SESSION_ID_MIN_LENGTH,
  SESSION_ID_PATTERN,
} from '@secure-agent/contracts';
import { AgentFailure } from './failure.ts';
import { headerValues } from './headers.ts';

/**
 * The session of a request. It comes from the platform's header alone; a body never names a session.
 * @throws AgentFailure `session_required` when it is absent, repeated, or not of the form the platform allows.
 */
export function readSessionId(rawHeaders: readonly string[]): string {
  const [id, ...others] = headerValues(rawHeaders, SESSION_ID_HEADER);
  const fits = id !== undefined && id.length >= SESSION_ID_MIN_LENGTH && id.length <= SESSION_ID_MAX_LENGTH;
  if (!fits || others.length > 0 || !SESSION_ID_PATTERN.test(id)) throw new AgentFailure('session_required');
  return id;
}

/** Whom a session belongs to. */
export type Owner = { readonly iss: string; readonly sub: string };

/**
 * The first `(iss, sub)` of every session. On AWS a process sees one session; elsewhere many. When `limit` sessions are
 * bound, new ones are refused: forgetting an owner instead would hand the session to whoever comes next.
 */
export class SessionOwners {
  readonly #owners = new Map<string, string>();
  readonly #limit: number;

  constructor(limit = 10_000) {
    this.#limit = limit;
  }

  /**
   * Binds a session to its first user, or checks that this is the first user. Synchronous, so that two first requests
   * cannot both win; call it in the same turn in which the token was verified.
   * @throws AgentFailure `session_belongs_to_another`, or `limit_reached` when no further session can be bound.
   */
  bind(sessionId: string, { iss, sub }: Owner): void {
    const user = JSON.stringify([iss, sub]);
    const owner = this.#owners.get(sessionId);
    if (owner === user) return;
    if (owner !== undefined) throw new AgentFailure('session_belongs_to_another');
    if (this.#owners.size >= this.#limit) {
      throw new AgentFailure('limit_reached', {
        message: 'This process serves as many sessions as it can.',
        next: 'Use a session that you have, or try again after the agent was restarted.',
      });
    }
    this.#owners.set(sessionId, user);
  }
}
