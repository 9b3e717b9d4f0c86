/** Sign-ins and their refresh tokens: opaque, kept as a hash, bound to one client and one user. */
import { randomUUID } from 'node:crypto';
import { type IdentityContext, seconds } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { hashOpaqueToken, newOpaqueToken } from '../random.ts';
import { tokenLives } from '../store/client-settings.ts';
import type { Client, Pool, Session } from '../store/records.ts';
import { requireActive } from '../users/users.ts';
import { issueForPerson, type PersonGrant, type PersonTokens } from './issue.ts';

export type SignedIn = PersonTokens & { readonly refreshToken: string; readonly originJti: string };

/** A day: the longest that an access token can outlive its refresh token. */
const GRACE = 86_400_000;

/**
 * Issues tokens for a fresh sign-in and opens its session. Nothing is kept when the trigger fails.
 * @param grant - `authTime` in seconds since 1970; now where it is left out.
 */
export async function openSession(
  context: IdentityContext,
  grant: Omit<PersonGrant, 'originJti' | 'authTime'> & { readonly authTime?: number },
): Promise<SignedIn> {
  const originJti = randomUUID();
  const authTime = grant.authTime ?? seconds(context);
  const tokens = await issueForPerson(context, { ...grant, originJti, authTime });
  const refreshToken = newOpaqueToken();
  const now = context.now();
  context.store.sessions.remove(({ expiresAt }) => expiresAt + GRACE < now);
  context.store.sessions.add({
    poolId: grant.pool.id,
    clientId: grant.client.clientId,
    sub: grant.user.sub,
    originJti,
    tokenHash: hashOpaqueToken(refreshToken),
    scopes: [...grant.scopes],
    resource: grant.resource,
    authTime,
    expiresAt: now + tokenLives(grant.client.settings).refresh * 1000,
  });
  return { ...tokens, refreshToken, originJti };
}

/**
 * The session of a refresh token.
 * @throws CognitoError `NotAuthorizedException` for an unknown, expired or revoked token, or another client's.
 */
export function requireSession(
  context: IdentityContext,
  { pool, client }: { readonly pool: Pool; readonly client: Client },
  refreshToken: string,
): Session {
  const tokenHash = hashOpaqueToken(refreshToken);
  const session = context.store.sessions.find((entry) => entry.tokenHash === tokenHash);
  if (
    session === undefined ||
    session.clientId !== client.clientId ||
    session.poolId !== pool.id ||
    session.expiresAt <= context.now()
  ) {
    throw new CognitoError('NotAuthorizedException', 'Invalid Refresh Token');
  }
  return session;
}

/**
 * Issues new tokens for a session. The trigger decides anew: what it gave before counts for nothing.
 * @throws CognitoError `NotAuthorizedException`, also when the session was revoked meanwhile.
 */
export async function refreshSession(
  context: IdentityContext,
  at: { readonly pool: Pool; readonly client: Client },
  refreshToken: string,
): Promise<PersonTokens> {
  const session = requireSession(context, at, refreshToken);
  const user = requireActive(context, at.pool.id, session.sub);
  const tokens = await issueForPerson(context, {
    ...at,
    user,
    source: 'TokenGeneration_RefreshTokens',
    scopes: session.scopes,
    originJti: session.originJti,
    authTime: session.authTime,
    ...(session.resource === undefined ? {} : { resource: session.resource }),
  });
  requireSession(context, at, refreshToken);
  return tokens;
}

/** Ends one sign-in: its refresh token and, at this pool's own operations, its access tokens. */
export const revokeSession = (context: IdentityContext, originJti: string): void =>
  context.store.sessions.remove((session) => session.originJti === originJti);

/** Ends every sign-in of a user. */
export const signOutEverywhere = (context: IdentityContext, poolId: string, sub: string): void =>
  context.store.sessions.remove((session) => session.poolId === poolId && session.sub === sub);
