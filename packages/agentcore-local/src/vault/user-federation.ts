/**
 * Authorization code grant with PKCE for a user of a workload (RFC 6749 section 4.1, RFC 7636, RFC 9700). A token is
 * stored only after the application has confirmed whose browser came back, and only for that user.
 */
import { ok, type Result } from '@secure-agent/contracts';
import type {
  Oauth2TokenAnswer,
  Oauth2TokenRequest,
  VaultRefusal,
  WorkloadIdentityRecord,
  WorkloadUser,
} from '../ports.ts';
import { type Consent, type ConsentSession, type ConsentSessions, challengeOf } from './consent-sessions.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { parametersKey, targetParameters } from './machine-tokens.ts';
import { keyOf } from './opaque.ts';
import type { Provider } from './providers.ts';
import { invalid, refuse } from './refusal.ts';
import type { StoredTokens } from './stored-tokens.ts';
import { formOf, requestToken } from './token-client.ts';
import { userKey } from './workload-tokens.ts';

export type UserFederationOptions = {
  readonly sessions: ConsentSessions;
  readonly stored: StoredTokens;
  readonly send: GuardedFetch;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
};

export type UserFederation = {
  token(
    identity: WorkloadIdentityRecord,
    user: WorkloadUser | undefined,
    provider: Provider,
    request: Oauth2TokenRequest,
  ): Promise<Result<Oauth2TokenAnswer, VaultRefusal>>;
  /** Where the person's browser goes from our authorization URL; undefined for a session that does not wait. */
  authorizationUrl(sessionUri: string): string | undefined;
  /**
   * Takes what the provider sent through the browser.
   * @param path - that it came to.
   * @returns where the browser goes next; undefined where it belongs to no waiting session.
   */
  callback(path: string, query: URLSearchParams): Promise<string | undefined>;
  /** Stores a session's token for its user, once. Any other user ends the session. */
  complete(user: WorkloadUser, sessionUri: string): Result<undefined, VaultRefusal>;
};

/** The path of our own part of an authorization URL. */
export const AUTHORIZE_PATH = '/identities/oauth2/authorize';

/** The provider's page, asked for this session's code (RFC 6749 section 4.1.1, RFC 7636 section 4.3). */
function providerUrl({ consent, state, verifier }: ConsentSession, authorizationEndpoint: string): string {
  const form = formOf(
    {
      response_type: 'code',
      client_id: consent.client.clientId,
      redirect_uri: consent.callbackUrl,
      state,
      code_challenge: challengeOf(verifier),
      code_challenge_method: 'S256',
      ...targetParameters(consent.parameters),
    },
    consent.parameters.customParameters,
  );
  const url = new URL(authorizationEndpoint);
  for (const name of new Set(form.keys())) url.searchParams.delete(name);
  for (const [name, value] of form) url.searchParams.append(name, value);
  return url.href;
}

const only = (query: URLSearchParams, name: string): string | undefined => {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
};

function returnTo({ consent, sessionUri }: ConsentSession, error?: string): string {
  const url = new URL(consent.returnUrl);
  url.searchParams.set('session_id', sessionUri);
  if (consent.customState !== undefined) url.searchParams.set('state', consent.customState);
  if (error !== undefined) url.searchParams.set('error', error);
  return url.href;
}

const fail = (session: ConsentSession): void => {
  session.status = 'failed';
  delete session.token;
};

export function createUserFederation(options: UserFederationOptions): UserFederation {
  const { sessions, stored, send, endpoint } = options;

  function answerOf({ sessionUri, status }: ConsentSession): Oauth2TokenAnswer {
    const authorizationUrl = `${endpoint}${AUTHORIZE_PATH}?request_uri=${encodeURIComponent(sessionUri)}`;
    const failed = status === 'failed' ? ({ failed: true } as const) : {};
    return { kind: 'consent', authorizationUrl, sessionUri, ...failed };
  }

  function begin(consent: Consent): Result<Oauth2TokenAnswer, VaultRefusal> {
    if (consent.client.server.authorizationEndpoint === undefined)
      return invalid('The credential provider has no authorization endpoint, which USER_FEDERATION needs.');
    return ok(answerOf(sessions.open(consent)));
  }

  /** The state of a session that began earlier, for the one who began it. */
  function poll(sessionUri: string, tokenKey: string): Result<Oauth2TokenAnswer, VaultRefusal> {
    const session = sessions.find(sessionUri);
    return session?.consent.tokenKey === tokenKey
      ? ok(answerOf(session))
      : invalid('The authorization session is unknown or has expired. Ask again without sessionUri.');
  }

  /** RFC 9207 section 2.4: an answer that names its issuer must name the right one. */
  const fromRightIssuer = ({ consent }: ConsentSession, query: URLSearchParams): boolean => {
    const { issuer } = consent.client.server;
    return !query.has('iss') || issuer === undefined || only(query, 'iss') === issuer;
  };

  async function redeem(session: ConsentSession, code: string): Promise<void> {
    const { client, callbackUrl } = session.consent;
    session.status = 'exchanging';
    const form = formOf({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callbackUrl,
      code_verifier: session.verifier,
    });
    const token = await requestToken(send, client, form);
    // Somebody ended the session meanwhile.
    if (session.status !== 'exchanging') return;
    if (!token.ok) return fail(session);
    session.token = token.value;
    session.status = 'authorized';
  }

  return {
    async token(identity, user, provider, request) {
      if (user === undefined)
        return invalid('USER_FEDERATION needs a workload access token made for a user.');
      const { record, client, fingerprint } = provider;
      const tokenKey = keyOf([identity.name, userKey(user), fingerprint, parametersKey(request)]);
      const { sessionUri, returnUrl, customState, forceAuthentication } = request;
      if (forceAuthentication && sessionUri === undefined) stored.forget(tokenKey);
      const found = await stored.find(tokenKey, client);
      if (found === 'unreachable')
        return invalid(
          'The token has ended, and the authorization server gave no usable answer to refresh it.',
        );
      if (found !== 'none') return ok({ kind: 'token', accessToken: found.accessToken });
      if (sessionUri !== undefined) return poll(sessionUri, tokenKey);
      if (returnUrl === undefined || !identity.allowedResourceOauth2ReturnUrls.includes(returnUrl))
        return invalid(
          `resourceOauth2ReturnUrl must be one of the allowed return URLs of workload identity ${identity.name}.`,
        );
      const { callbackUrl } = record;
      const { workloadAccessToken: _, ...parameters } = request;
      const own = { user, tokenKey, client, parameters, callbackUrl, returnUrl };
      return begin(customState === undefined ? own : { ...own, customState });
    },

    authorizationUrl(sessionUri) {
      const session = sessions.find(sessionUri);
      const authorizationEndpoint = session?.consent.client.server.authorizationEndpoint;
      if (session?.status !== 'waiting' || authorizationEndpoint === undefined) return undefined;
      return providerUrl(session, authorizationEndpoint);
    },

    async callback(path, query) {
      const session = sessions.takeState(only(query, 'state') ?? '');
      if (session === undefined) return undefined;
      // Each provider has an address of its own, so that one cannot answer for another (RFC 9700 section 4.4.2).
      if (new URL(session.consent.callbackUrl).pathname !== path || !fromRightIssuer(session, query)) {
        fail(session);
        return undefined;
      }
      const code = query.has('error') ? undefined : only(query, 'code');
      if (code === undefined) {
        fail(session);
        return returnTo(session, 'access_denied');
      }
      await redeem(session, code);
      return session.status === 'authorized' ? returnTo(session) : returnTo(session, 'server_error');
    },

    complete(user, sessionUri) {
      const session = sessions.find(sessionUri);
      if (session === undefined)
        return refuse(
          'ResourceNotFoundException',
          'The authorization session is unknown, was completed or has expired.',
        );
      const { consent, token } = session;
      if (keyOf([userKey(user)]) !== keyOf([userKey(consent.user)])) {
        // The tokens in it are somebody else's: nobody shall have them, not even the one who began.
        fail(session);
        return refuse('AccessDeniedException', 'The authorization session was begun for another user.');
      }
      if (session.status !== 'authorized' || token === undefined) {
        fail(session);
        return invalid('The provider has not authorized this session. Begin again.');
      }
      sessions.close(session);
      stored.put(consent.tokenKey, token);
      return ok(undefined);
    },
  };
}
