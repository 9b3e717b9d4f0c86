/** An issuer in this process: its own key, its documents, its tokens. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export const ISSUER = 'http://127.0.0.1:1/us-east-1_bench';

export type Claims = Readonly<Record<string, unknown>>;

const segment = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs claims with RS256. */
export function signToken(claims: Claims, key: KeyObject, header: Claims = {}): string {
  const input = `${segment({ alg: 'RS256', kid: 'k1', ...header })}.${segment(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

export type Issuer = {
  readonly key: KeyObject;
  /** Answers for the discovery document and the keys, and nothing else. */
  readonly fetch: typeof fetch;
  /** Documents that were asked for. */
  fetches(): number;
};

/** Makes an issuer with a new key. */
export function createIssuer(): Issuer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  const documents = new Map<string, unknown>([
    [
      `${ISSUER}/.well-known/openid-configuration`,
      { issuer: ISSUER, jwks_uri: `${ISSUER}/.well-known/jwks.json` },
    ],
    [`${ISSUER}/.well-known/jwks.json`, { keys: [jwk] }],
  ]);
  let fetches = 0;
  return {
    key: privateKey,
    fetches: () => fetches,
    fetch: async (input) => {
      fetches += 1;
      const document = documents.get(String(input instanceof Request ? input.url : input));
      return document === undefined ? new Response(null, { status: 404 }) : Response.json(document);
    },
  };
}

/** What a Cognito access token of a person holds; it ends in an hour. */
export const personClaims = (person: number, now: number): Claims => ({
  sub: `00000000-0000-4000-8000-${String(person).padStart(12, '0')}`,
  iss: ISSUER,
  client_id: 'bench',
  token_use: 'access',
  scope: 'hr/invoke hr/read hr/write',
  'cognito:groups': ['staff', 'managers'],
  username: `person-${person}`,
  employee_id: `E${person}`,
  version: 2,
  jti: `jti-${person}`,
  auth_time: Math.floor(now / 1000),
  iat: Math.floor(now / 1000),
  exp: Math.floor(now / 1000) + 3600,
});
