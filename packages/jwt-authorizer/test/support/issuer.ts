/** An issuer in memory, a clock that only the test moves, and tokens of the kind Cognito makes. */
import type { Json } from '@secure-agent/contracts';
import { createJwtAuthorizer, type JwtAuthorizer, type JwtAuthorizerOptions } from '../../src/index.ts';
import { forge, rs256, type SigningKey } from './forge.ts';

export const ISSUER = 'https://idp.example/pool';
export const DISCOVERY_URL = `${ISSUER}/.well-known/openid-configuration`;
export const JWKS_URL = `${ISSUER}/.well-known/jwks.json`;
export const START = Date.UTC(2026, 0, 1);

export type Answer = Json | (() => Response | Promise<Response>);

export type Issuer = {
  /** URL to what is there: JSON, or an answer of its own. */
  readonly pages: Map<string, Answer>;
  /** Every URL that was asked for. */
  readonly asked: string[];
  /** Milliseconds since 1970; starts at {@link START}. */
  clock: number;
  publish(...jwks: readonly object[]): void;
  authorizer(config: object, options?: Partial<JwtAuthorizerOptions>): JwtAuthorizer;
};

const clone = (value: unknown): Json => JSON.parse(JSON.stringify(value));

export function createIssuer(...keys: readonly SigningKey[]): Issuer {
  const issuer: Issuer = {
    pages: new Map(),
    asked: [],
    clock: START,
    publish: (...jwks) => issuer.pages.set(JWKS_URL, clone({ keys: jwks })),
    authorizer: (config, options = {}) =>
      createJwtAuthorizer(clone({ discoveryUrl: DISCOVERY_URL, ...config }) as never, {
        fetch: async (url) => {
          issuer.asked.push(String(url));
          const page = issuer.pages.get(String(url));
          if (page === undefined) return new Response('not found', { status: 404 });
          return typeof page === 'function' ? page() : Response.json(page);
        },
        now: () => issuer.clock,
        allowLoopbackHttp: false,
        ...options,
      }),
  };
  issuer.pages.set(DISCOVERY_URL, { issuer: ISSUER, jwks_uri: JWKS_URL });
  issuer.publish(...keys.map(({ jwk }) => jwk));
  return issuer;
}

/** An hour's access token of client `app`, made at {@link START}. Undefined members are left out. */
export const accessClaims = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  sub: '5f1e0c5e-0000-4000-8000-000000000001',
  client_id: 'app',
  token_use: 'access',
  scope: 'hr/invoke hr/read',
  exp: START / 1000 + 3600,
  iat: START / 1000 - 10,
  ...changes,
});

export const accessToken = (key: SigningKey, changes: Readonly<Record<string, unknown>> = {}): string =>
  forge({ alg: 'RS256', kid: key.kid }, accessClaims(changes), rs256(key));
