/**
 * Authorization codes: single-use, at most a minute old, bound to client, redirect URI and PKCE challenge.
 * Source: RFC 6749 section 4.1.2, RFC 7636 section 4.6, RFC 9700 section 2.1.1.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { OAuthError } from '../errors.ts';
import { equalSecrets, hashOpaqueToken, newOpaqueToken } from '../random.ts';
import type { Client, Pool } from '../store/records.ts';
import { openSession, revokeSession, type SignedIn } from '../tokens/sessions.ts';
import { requireActive } from '../users/users.ts';

const LIFE = 60_000;

/** How long a used code is remembered, so that its second use is seen. */
const MEMORY = 10 * 60_000;

export type CodeGrant = {
  readonly poolId: string;
  readonly clientId: string;
  readonly sub: string;
  readonly redirectUri: string;
  /** S256 challenge: base64url of SHA-256 of the verifier. */
  readonly challenge: string;
  readonly scopes: readonly string[];
  readonly nonce: string | undefined;
  readonly resource: string | undefined;
  /** When the person gave the password, seconds since 1970. */
  readonly authTime: number;
};

type Entry = CodeGrant & { readonly issuedAt: number; used: boolean; replayed: boolean; originJti?: string };

export interface AuthorizationCodes {
  /** Returns the code. */
  issue(grant: CodeGrant): string;
  find(code: string): Entry | undefined;
}

export function createAuthorizationCodes(now: Clock): AuthorizationCodes {
  const codes = new Map<string, Entry>();
  return {
    issue(grant) {
      for (const [key, { issuedAt }] of codes) {
        if (issuedAt + MEMORY > now()) break;
        codes.delete(key);
      }
      const code = newOpaqueToken();
      codes.set(hashOpaqueToken(code), { ...grant, issuedAt: now(), used: false, replayed: false });
      return code;
    },
    find: (code) => codes.get(hashOpaqueToken(code)),
  };
}

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

const fits = (entry: Entry, given: Redemption, now: number): boolean =>
  entry.poolId === given.pool.id &&
  entry.clientId === given.client.clientId &&
  entry.redirectUri === given.redirectUri &&
  now < entry.issuedAt + LIFE &&
  VERIFIER.test(given.verifier) &&
  equalSecrets(createHash('sha256').update(given.verifier, 'ascii').digest('base64url'), entry.challenge);

type Redemption = {
  readonly pool: Pool;
  readonly client: Client;
  readonly code: string;
  readonly redirectUri: string;
  readonly verifier: string;
};

const refuse = (): never => {
  throw new OAuthError(
    'invalid_grant',
    'The authorization code is unknown, used, expired or not for this request.',
  );
};

/**
 * Exchanges a code. Whoever presents it burns it, right or wrong; a second use also ends the sign-in of the first.
 * @throws OAuthError `invalid_grant`
 */
export async function redeemCode(
  context: IdentityContext,
  given: Redemption,
): Promise<SignedIn & { readonly withIdToken: boolean }> {
  const entry = context.codes.find(given.code);
  if (entry === undefined) return refuse();
  if (entry.used) {
    entry.replayed = true;
    if (entry.originJti !== undefined) revokeSession(context, entry.originJti);
    return refuse();
  }
  entry.used = true;
  if (!fits(entry, given, context.now())) return refuse();
  const { pool, client } = given;
  const signedIn = await openSession(context, {
    pool,
    client,
    user: requireActive(context, pool.id, entry.sub),
    source: 'TokenGeneration_HostedAuth',
    scopes: entry.scopes,
    authTime: entry.authTime,
    ...(entry.resource === undefined ? {} : { resource: entry.resource }),
    ...(entry.nonce === undefined ? {} : { nonce: entry.nonce }),
  });
  entry.originJti = signedIn.originJti;
  // A second use came while the trigger ran.
  if (entry.replayed) {
    revokeSession(context, signedIn.originJti);
    return refuse();
  }
  return { ...signedIn, withIdToken: entry.scopes.includes('openid') };
}
