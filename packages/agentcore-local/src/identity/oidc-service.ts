/**
 * Discovery document and key set of each pool, at the paths that AWS has.
 * Source: OpenID Connect Discovery 1.0 section 4; RFC 7517; Cognito developer guide, federation-endpoints.
 */
import type { Json } from '@secure-agent/contracts';
import type { LocalResponse, Service } from '../ports.ts';
import { type IdentityContext, issuerOf } from './context.ts';
import { domainUrl } from './domain/domain-url.ts';
import type { Pool } from './store/records.ts';

const PATH = /^\/([^/]+)\/\.well-known\/(openid-configuration|jwks\.json)$/;

const answer = (
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff', ...headers },
  body: JSON.stringify(body),
});

/** What is not here is not announced: the endpoints of a pool without a domain, for example. */
function discovery(context: IdentityContext, pool: Pool): Json {
  const issuer = issuerOf(context, pool.id);
  const domain = context.store.domains.find(({ poolId }) => poolId === pool.id);
  const base = domain === undefined ? undefined : domainUrl(context.endpoint, domain.prefix);
  return {
    ...(base === undefined
      ? {}
      : {
          authorization_endpoint: `${base}/oauth2/authorize`,
          end_session_endpoint: `${base}/logout`,
          revocation_endpoint: `${base}/oauth2/revoke`,
          token_endpoint: `${base}/oauth2/token`,
          userinfo_endpoint: `${base}/oauth2/userInfo`,
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
          response_types_supported: ['code'],
          scopes_supported: ['openid', 'email', 'phone', 'profile'],
        }),
    id_token_signing_alg_values_supported: ['RS256'],
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    subject_types_supported: ['public'],
  };
}

export function createOidcService(context: IdentityContext): Service {
  return {
    name: 'cognito-oidc',
    bodyLimit: 0,
    matches: (head) => PATH.test(head.path),
    signedAs: () => null,
    asks: () => [],
    async handle(request) {
      if (request.method !== 'GET') return answer(405, { message: 'Use GET.' }, { allow: 'GET' });
      const [, poolId, document] = PATH.exec(request.path) ?? [];
      const pool = context.store.pools.find(({ id }) => id === poolId);
      if (pool === undefined) return answer(404, { message: 'There is no such user pool.' });
      const body =
        document === 'jwks.json' ? { keys: [...context.keys.jwks(pool.id)] } : discovery(context, pool);
      return answer(200, body, { 'cache-control': 'public, max-age=60' });
    },
    refuse: (refusal) => answer(refusal.kind === 'too_large' ? 413 : 400, { message: refusal.message }),
  };
}
