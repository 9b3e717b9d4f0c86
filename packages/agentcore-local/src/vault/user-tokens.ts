/**
 * Users by their JWT, for GetWorkloadAccessTokenForJWT and CompleteResourceTokenAuth: signature, issuer and expiry
 * (AgentCore devguide, get-workload-access-token). The issuer must be known beforehand. A token's own `iss` only picks
 * among the known ones: no address that a caller made up is ever asked.
 */
import { ok, type Result } from '@secure-agent/contracts';
import { createRemoteJWKSet, customFetch, decodeJwt, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock, VaultRefusal, WorkloadUser } from '../ports.ts';
import { issuerOf } from './authorization-servers.ts';
import { createExpiringMap } from './expiring-map.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { refuse } from './refusal.ts';

const DISCOVERY_SUFFIX = '/.well-known/openid-configuration';
const KEYS_FOR_MS = 10 * 60_000;
const MAX_ISSUERS = 50;

export type UserTokensOptions = {
  readonly get: GuardedFetch;
  readonly now: Clock;
  /** Base URL of the endpoint: its own user pools are known issuers. */
  readonly endpoint: string;
  /** Of the JWT authorizers of the stack; asked anew for each token. */
  readonly trustedDiscoveryUrls: () => readonly string[];
};

export type UserTokens = {
  /** @returns the user, or one refusal for whatever is wrong: the reason would help only who forges. */
  verify(token: string): Promise<Result<WorkloadUser & { readonly kind: 'jwt' }, VaultRefusal>>;
};

type Issuer = { readonly issuer: string; readonly keys: JWTVerifyGetKey };

const document = z.object({ issuer: z.string(), jwks_uri: z.string() });
const claims = z.object({ iss: z.string(), sub: z.string().min(1).max(1024) });

/** The form of a local user pool's id; anything else under the endpoint is no issuer. */
const POOL_ID = /^[a-z0-9-]{1,32}_[A-Za-z0-9]{1,64}$/;

const sameIssuer = (one: string | undefined, other: string): boolean => one === other || `${one}/` === other;

export function createUserTokens(options: UserTokensOptions): UserTokens {
  const { get, now, endpoint, trustedDiscoveryUrls } = options;
  const issuers = createExpiringMap<Issuer>(now, MAX_ISSUERS);

  /** @returns undefined for an issuer that nobody configured. */
  function discoveryUrlOf(iss: string): string | undefined {
    const configured = trustedDiscoveryUrls().find((url) => sameIssuer(issuerOf(url), iss));
    if (configured !== undefined) return configured;
    const ownPool = iss.startsWith(`${endpoint}/`) && POOL_ID.test(iss.slice(endpoint.length + 1));
    return ownPool ? `${iss}${DISCOVERY_SUFFIX}` : undefined;
  }

  const fetchKeys = async (url: string): Promise<Response> => {
    const answer = await get(url);
    return answer.ok ? Response.json(answer.value.body, { status: answer.value.status }) : Response.error();
  };

  async function discover(discoveryUrl: string): Promise<Issuer | undefined> {
    const known = issuers.get(discoveryUrl);
    if (known !== undefined) return known;
    const answer = await get(discoveryUrl);
    const found = answer.ok ? document.safeParse(answer.value.body).data : undefined;
    if (found === undefined) return undefined;
    // Another host's keys would speak for this issuer.
    const jwksUri = URL.parse(found.jwks_uri);
    if (jwksUri?.origin !== new URL(discoveryUrl).origin) return undefined;
    const keys = createRemoteJWKSet(jwksUri, { [customFetch]: fetchKeys });
    const made = { issuer: found.issuer, keys };
    issuers.set(discoveryUrl, made, now() + KEYS_FOR_MS);
    return made;
  }

  async function check(token: string): Promise<(WorkloadUser & { readonly kind: 'jwt' }) | undefined> {
    const unverified = decodeJwt(token);
    const discoveryUrl = discoveryUrlOf(String(unverified.iss));
    const issuer = discoveryUrl === undefined ? undefined : await discover(discoveryUrl);
    if (issuer === undefined) return undefined;
    // The token's issuer led to this document; it must also be the one that the document names.
    const { payload } = await jwtVerify(token, issuer.keys, {
      issuer: issuer.issuer,
      algorithms: ['RS256'],
      requiredClaims: ['exp', 'sub'],
      currentDate: new Date(now()),
    });
    const { iss, sub } = claims.parse(payload);
    return { kind: 'jwt', iss, sub };
  }

  return {
    async verify(token) {
      const user = await check(token).catch(() => undefined);
      return user === undefined
        ? refuse(
            'UnauthorizedException',
            'The user token is not valid: its signature, issuer or expiry does not hold.',
          )
        : ok(user);
    },
  };
}
