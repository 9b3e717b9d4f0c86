/** Checks an access token that the pool's own operations get: the signed-in user acts for himself. */
import { SELF_SERVICE_SCOPE } from '@secure-agent/contracts';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { type IdentityContext, issuerOf } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User } from '../store/records.ts';
import { requireActive } from './users.ts';

const accessClaims = z.object({
  sub: z.string(),
  client_id: z.string(),
  origin_jti: z.string(),
  token_use: z.literal('access'),
  scope: z.string().default(''),
});

export type SelfService = {
  readonly pool: Pool;
  readonly client: Client;
  readonly user: User;
  readonly scopes: readonly string[];
};

const refuse = (message: string): never => {
  throw new CognitoError('NotAuthorizedException', message);
};

async function verify(context: IdentityContext, token: string): Promise<{ pool: Pool; payload: unknown }> {
  const { iss } = decodeJwt(token);
  const pool = context.store.pools.find(({ id }) => issuerOf(context, id) === iss);
  const { kid } = decodeProtectedHeader(token);
  const key = context.store.keys.find(
    (entry) => entry.kid === kid && entry.poolId === pool?.id && entry.tokenUse === 'access',
  );
  if (pool === undefined || key === undefined) return refuse('Invalid Access Token');
  const { payload } = await jwtVerify(token, await importJWK(key.publicJwk, 'RS256'), {
    algorithms: ['RS256'],
    issuer: issuerOf(context, pool.id),
    requiredClaims: ['exp'],
    currentDate: new Date(context.now()),
  });
  return { pool, payload };
}

/**
 * @returns who the token speaks for.
 * @throws CognitoError `NotAuthorizedException` for a token that is not one of a pool's live access tokens of a person.
 */
export async function requireAccessToken(context: IdentityContext, token: string): Promise<SelfService> {
  const verified = await verify(context, token).catch(() => undefined);
  const claims = accessClaims.safeParse(verified?.payload);
  if (verified === undefined || !claims.success) return refuse('Invalid Access Token');
  const { sub, client_id, origin_jti, scope } = claims.data;
  const { pool } = verified;
  const session = context.store.sessions.find(
    (entry) => entry.originJti === origin_jti && entry.sub === sub && entry.clientId === client_id,
  );
  const client = context.store.clients.find((entry) => entry.clientId === client_id);
  if (session === undefined || client === undefined) return refuse('Access Token has been revoked');
  return { pool, client, user: requireActive(context, pool.id, sub), scopes: scope.split(' ') };
}

/**
 * @returns who acts for himself.
 * @throws CognitoError `NotAuthorizedException`, also for a token that lacks the self-service scope.
 */
export async function requireSelf(context: IdentityContext, token: string): Promise<SelfService> {
  const self = await requireAccessToken(context, token);
  if (self.scopes.includes(SELF_SERVICE_SCOPE)) return self;
  return refuse('Access Token does not have required scopes');
}
