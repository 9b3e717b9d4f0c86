/**
 * Sessions of user federation: one person's consent at one provider, for one workload. A session waits for the
 * provider, then holds what the provider gave until the application says whose browser it was.
 * Source: AgentCore devguide, oauth2-authorization-url-session-binding.
 */
import { createHash } from 'node:crypto';
import type { Clock, WorkloadUser } from '../ports.ts';
import { createExpiringMap } from './expiring-map.ts';
import type { TokenParameters } from './machine-tokens.ts';
import { digest, newHandle } from './opaque.ts';
import type { ProviderToken, TokenEndpointClient } from './token-client.ts';

/** URL and session end together. */
export const SESSION_LIFE_MS = 10 * 60_000;
const MAX_SESSIONS = 1_000;
const URI_PREFIX = 'urn:ietf:params:oauth:request_uri:';

/** What a session is for; it never changes. */
export type Consent = {
  readonly user: WorkloadUser;
  /** Under which key the token is stored at the end. */
  readonly tokenKey: string;
  readonly client: TokenEndpointClient;
  readonly parameters: TokenParameters;
  /** Of the provider, at this endpoint. */
  readonly callbackUrl: string;
  readonly returnUrl: string;
  readonly customState?: string;
};

export type ConsentSession = {
  readonly consent: Consent;
  readonly sessionUri: string;
  /** What the provider must give back (RFC 6749 section 10.12). */
  readonly state: string;
  /** RFC 7636 section 4.1. */
  readonly verifier: string;
  /** `waiting` for the provider; `exchanging` the code; `authorized`, tokens held back until the user is confirmed. */
  status: 'waiting' | 'exchanging' | 'authorized' | 'failed';
  token?: ProviderToken;
};

export interface ConsentSessions {
  open(consent: Consent): ConsentSession;
  find(sessionUri: string): ConsentSession | undefined;
  /** The session that waits for this state; a state is taken once. */
  takeState(state: string): ConsentSession | undefined;
  close(session: ConsentSession): void;
}

/** Keeps sessions in memory: they end with the process. */
export function createConsentSessions(now: Clock): ConsentSessions {
  const byUri = createExpiringMap<ConsentSession>(now, MAX_SESSIONS);
  const byState = createExpiringMap<ConsentSession>(now, MAX_SESSIONS);
  return {
    open(consent) {
      const session: ConsentSession = {
        consent,
        sessionUri: `${URI_PREFIX}${newHandle()}`,
        state: newHandle(),
        verifier: newHandle(),
        status: 'waiting',
      };
      const until = now() + SESSION_LIFE_MS;
      byUri.set(digest(session.sessionUri), session, until);
      byState.set(digest(session.state), session, until);
      return session;
    },
    find: (sessionUri) => byUri.get(digest(sessionUri)),
    takeState(state) {
      const key = digest(state);
      const session = byState.get(key);
      byState.delete(key);
      return session?.status === 'waiting' ? session : undefined;
    },
    close(session) {
      byUri.delete(digest(session.sessionUri));
      byState.delete(digest(session.state));
    },
  };
}

/** RFC 7636 section 4.2, S256. */
export const challengeOf = (verifier: string): string =>
  createHash('sha256').update(verifier, 'ascii').digest('base64url');
