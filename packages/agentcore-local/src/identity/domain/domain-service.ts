/** The hosted domains: `/domains/<prefix>/…`. */
import type { LocalRequest, LocalResponse, Service } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { OAuthError, type OAuthErrorCode } from '../errors.ts';
import type { Pool } from '../store/records.ts';
import { splitDomainPath } from './domain-url.ts';
import { logOut } from './log-out.ts';
import { revoke } from './revocation-endpoint.ts';
import { authorize, logIn } from './sign-in.ts';
import { exchangeToken } from './token-endpoint.ts';
import { userInfo } from './user-info.ts';

const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' };

/** Only the token endpoint answers other origins: it takes credentials in the request and none from the browser. */
const CORS = { 'access-control-allow-origin': '*' };

const plain = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): LocalResponse => ({
  status,
  headers: { ...JSON_HEADERS, ...headers },
  body: JSON.stringify({ message }),
});

const oauthFailure = (status: number, error: OAuthErrorCode, description: string): LocalResponse => ({
  status,
  headers: { ...JSON_HEADERS, ...CORS },
  body: JSON.stringify({ error, error_description: description }),
});

async function token(context: IdentityContext, pool: Pool, request: LocalRequest): Promise<LocalResponse> {
  try {
    const body = JSON.stringify(await exchangeToken(context, pool, request));
    return { status: 200, headers: { ...JSON_HEADERS, ...CORS }, body };
  } catch (error) {
    if (error instanceof OAuthError) return oauthFailure(400, error.code, error.message);
    throw error;
  }
}

async function revocation(
  context: IdentityContext,
  pool: Pool,
  request: LocalRequest,
): Promise<LocalResponse> {
  try {
    revoke(context, pool, request);
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: '' };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const body = JSON.stringify({ error: error.code, error_description: error.message });
    return { status: error.code === 'invalid_client' ? 401 : 400, headers: JSON_HEADERS, body };
  }
}

const preflight: LocalResponse = {
  status: 204,
  headers: {
    ...CORS,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  },
};

type Route = (
  context: IdentityContext,
  at: { readonly pool: Pool; readonly base: string },
  request: LocalRequest,
) => LocalResponse | Promise<LocalResponse>;

/** Path below the domain, then method. */
const ROUTES: ReadonlyMap<string, ReadonlyMap<string, Route>> = new Map([
  [
    '/oauth2/token',
    new Map<string, Route>([
      ['POST', (context, { pool }, request) => token(context, pool, request)],
      ['OPTIONS', () => preflight],
    ]),
  ],
  ['/oauth2/authorize', new Map<string, Route>([['GET', authorize]])],
  [
    '/oauth2/revoke',
    new Map<string, Route>([['POST', (context, { pool }, request) => revocation(context, pool, request)]]),
  ],
  [
    '/oauth2/userInfo',
    new Map<string, Route>([
      ['GET', userInfo],
      ['POST', userInfo],
    ]),
  ],
  ['/logout', new Map<string, Route>([['GET', logOut]])],
  ['/login', new Map<string, Route>([['POST', logIn]])],
]);

export const createDomainService = (context: IdentityContext): Service => ({
  name: 'cognito-domain',
  bodyLimit: 64 * 1024,
  matches: (head) => splitDomainPath(head.path) !== undefined,
  openToOrigins: (head) => splitDomainPath(head.path)?.rest === '/oauth2/token',
  signedAs: () => null,
  asks: () => [],
  async handle(request) {
    const { prefix, rest } = splitDomainPath(request.path) ?? { prefix: '', rest: '' };
    const domain = context.store.domains.find((entry) => entry.prefix === prefix);
    const pool = context.store.pools.find(({ id }) => id === domain?.poolId);
    const methods = ROUTES.get(rest);
    if (pool === undefined || methods === undefined) return plain(404, 'There is no such page.');
    const route = methods.get(request.method);
    if (route !== undefined) return route(context, { pool, base: `/domains/${prefix}` }, request);
    return plain(405, 'The method is not allowed here.', { allow: [...methods.keys()].join(', ') });
  },
  refuse: (refusal) =>
    oauthFailure(refusal.kind === 'too_large' ? 413 : 400, 'invalid_request', refusal.message),
});
