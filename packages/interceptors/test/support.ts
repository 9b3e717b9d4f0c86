/** An issuer that signs with node:crypto (not with the verifier's library), and envelopes as the gateway sends them. */
import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign as rsaSign } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '@secure-agent/contracts';
import { createJwtAuthorizer } from '@secure-agent/jwt-authorizer';
import { createRequestInterceptor, type RequestInterceptorPorts } from '../src/index.ts';

export const NOW = 1_800_000_000;
export const ISSUER = 'https://issuer.example';

const rsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey, publicKey } = rsaKey();
export const otherKey = rsaKey().privateKey;

const base64url = (value: Json) => Buffer.from(JSON.stringify(value)).toString('base64url');

export const CLAIMS = {
  iss: ISSUER,
  sub: 'sub-eve',
  client_id: 'people',
  token_use: 'access',
  scope: 'hr/invoke hr/read',
  tenant: 'acme',
  employee_id: 'E100',
  iat: NOW - 10,
  exp: NOW + 3600,
};

/** A signed token: the usual claims, changed; an undefined claim is left out. */
export function mint(
  changes: Readonly<Record<string, Json | undefined>> = {},
  key: KeyObject = privateKey,
): string {
  const claims: JsonObject = JSON.parse(JSON.stringify({ ...CLAIMS, ...changes }));
  const input = `${base64url({ alg: 'RS256', kid: 'k1', typ: 'JWT' })}.${base64url(claims)}`;
  return `${input}.${rsaSign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

export const jwks = {
  keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' }],
};

export const discovery = (issuer: string) => ({ issuer, jwks_uri: `${issuer}/.well-known/jwks.json` });

const issuerFetch: typeof fetch = async (input) =>
  Response.json(String(input).endsWith('jwks.json') ? jwks : discovery(ISSUER));

const macKey = randomBytes(32);
export const hmac = (message: string) => createHmac('sha256', macKey).update(message).digest();

/** The interceptor with a real authorizer, a local key in place of KMS, and a list of what it reported. */
export function fixture(
  overrides: Partial<RequestInterceptorPorts> = {},
  issuer: typeof fetch = issuerFetch,
) {
  const reported: string[] = [];
  let requests = 0;
  const intercept = createRequestInterceptor({
    authorizer: createJwtAuthorizer(
      {
        discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
        allowedClients: ['people', 'machine'],
        allowedScopes: ['hr/invoke'],
      },
      { fetch: issuer, now: () => NOW * 1000, allowLoopbackHttp: false },
    ),
    sign: async (message) => hmac(message),
    now: () => NOW,
    newRequestId: () => {
      requests += 1;
      return `request-${requests}`;
    },
    report: (reason) => reported.push(reason),
    ...overrides,
  });
  return { intercept, reported };
}

type Headers = Readonly<Record<string, string>>;

export const bearer = (token: string): Headers => ({ Authorization: `Bearer ${token}` });

/** An event of the REQUEST point; with an answer, of the RESPONSE point. */
export const eventOf = (body: unknown, headers?: Headers | null, gatewayResponse?: unknown) => ({
  interceptorInputVersion: '1.0',
  mcp: {
    rawGatewayRequest: { body: JSON.stringify(body) ?? '' },
    gatewayRequest: { path: '/mcp', httpMethod: 'POST', headers, body },
    ...(gatewayResponse === undefined ? {} : { gatewayResponse }),
  },
});

/** A tools/call; undefined arguments are left out. */
export const callOf = (args: unknown, name: unknown = 'HrTarget___get_leave_balance') => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name, ...(args === undefined ? {} : { arguments: args }) },
});

/** A JSON object, or the test fails with what it is instead. */
export function object(value: unknown): JsonObject {
  if (!isJsonObject(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value;
}
