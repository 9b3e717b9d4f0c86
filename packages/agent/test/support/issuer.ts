/** An issuer of Cognito-shaped access tokens, signed with node:crypto alone. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { close, serve } from './servers.ts';

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export type Claims = Readonly<Record<string, unknown>>;

export type Issuer = {
  readonly issuer: string;
  readonly discoveryUrl: string;
  /** A token that the agent accepts, unless `claims` say otherwise. */
  readonly mint: (claims?: Claims, options?: { foreignKey?: boolean }) => string;
  readonly close: () => Promise<void>;
};

export const CLIENT = 'people-client';

export async function startIssuer(now: () => number = Date.now): Promise<Issuer> {
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  const documents = new Map<string, unknown>();
  const { origin, server } = await serve((request, response) => {
    const document = documents.get(request.url ?? '');
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  const issuer = `${origin}/pool`;
  documents.set('/pool/.well-known/openid-configuration', { issuer, jwks_uri: `${issuer}/jwks.json` });
  documents.set('/pool/jwks.json', { keys: [jwk] });
  return {
    issuer,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    mint: (claims = {}, { foreignKey = false } = {}) => {
      const iat = Math.floor(now() / 1000) - 10;
      const standard = { iss: issuer, sub: 'eve-sub', client_id: CLIENT, token_use: 'access', iat };
      const payload = { ...standard, exp: iat + 3600, scope: 'hr/invoke hr/read', jti: 'j-1', ...claims };
      const input = `${encode({ alg: 'RS256', kid: 'k1' })}.${encode(payload)}`;
      const key = foreignKey ? stranger.privateKey : pair.privateKey;
      return `${input}.${createSign('RSA-SHA256').update(input).sign(key, 'base64url')}`;
    },
    close: () => close(server),
  };
}
