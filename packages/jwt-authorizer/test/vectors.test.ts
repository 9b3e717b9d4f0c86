/** Every cell of test/conformance/vectors/authorizer.json against the library and both doors' answers. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  advertisedScopes,
  extractBearer,
  gatewayChallenge,
  type JwtAuthorizer,
  type Refusal,
  runtimeChallenge,
  type VerifiedToken,
} from '../src/index.ts';
import { ecKey, es256, forge, hs256, rs256, rsaKey, type SigningKey, unsigned } from './support/forge.ts';
import { createIssuer, DISCOVERY_URL, ISSUER, type Issuer, START } from './support/issuer.ts';
import { type VectorCell, vectors } from './support/vectors.ts';

const ATTACKER_URL = 'https://attacker.example/keys';
const key1 = rsaKey('k1');
const foreign: SigningKey = { ...rsaKey('k1') };
const rotated = rsaKey('k3');
const elliptic = ecKey('k-ec');

const KNOWN = new Set(
  'id config why why_more claims header headers query key kid alg tamper header_params jwks discovery also challenge outcome source'.split(
    ' ',
  ),
);

function fill(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === '{{foreign public jwk}}') return foreign.jwk;
  return value
    .replace('{{issuer}}', ISSUER)
    .replace('{{uuid}}', randomUUID())
    .replace('{{attacker url}}', ATTACKER_URL);
}

function claimValue(name: string, value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'string' || !['exp', 'iat', 'nbf'].includes(name)) return fill(value);
  const quoted = /^'(.*)'$/.exec(value)?.[1];
  return quoted ?? START / 1000 + Number(value);
}

const entries = (object: Readonly<Record<string, unknown>>, map: (name: string, value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(name, value)]));

const SIGNERS = {
  RS256: { signer: rs256, key: undefined },
  none: { signer: () => unsigned, key: undefined },
  'HS256-with-public-key': {
    signer: (key: SigningKey) => hs256(key.publicKey.export({ type: 'spki', format: 'pem' })),
    key: undefined,
  },
  ES256: { signer: es256, key: elliptic },
};

function mint(cell: VectorCell): string {
  const named = { foreign, rotated, removed: key1, none: key1 }[cell.key ?? 'none'];
  const { signer, key = named } = SIGNERS[cell.alg ?? 'RS256'];
  const header = {
    alg: cell.alg?.replace(/-.*/, '') ?? 'RS256',
    kid: cell.kid === null ? undefined : (cell.kid ?? key.kid),
    ...entries(cell.header_params ?? {}, (_, value) => fill(value)),
  };
  const claims = entries({ ...vectors.base_claims, ...cell.claims }, claimValue);
  const token = forge(header, claims, signer(key));
  if (cell.tamper === undefined) return token;
  const [head, payload = '', signature] = token.split('.');
  const changed = Buffer.from(payload, 'base64url').toString().replace('"eve"', '"eva"');
  expect(changed).toContain('"eva"');
  return `${head}.${Buffer.from(changed).toString('base64url')}.${signature}`;
}

function rawHeaders(cell: VectorCell, token: string): string[] {
  if (cell.header === null) return ['Host', 'agent.example'];
  const value = (cell.header ?? 'Bearer {{token}}').replaceAll('{{token}}', token);
  return Array.from({ length: cell.headers ?? 1 }, () => ['Authorization', value]).flat();
}

async function ask(authorizer: JwtAuthorizer, cell: VectorCell): Promise<VerifiedToken | Refusal> {
  const bearer = extractBearer(rawHeaders(cell, mint(cell)));
  if (!bearer.ok) return bearer.error;
  const verified = await authorizer.authorize(bearer.value);
  return verified.ok ? verified.value : verified.error;
}

/** Puts the issuer into the cell's state; the authorizer has seen the state before it where the cell needs that. */
async function prepare(issuer: Issuer, authorizer: JwtAuthorizer, cell: VectorCell): Promise<void> {
  if (cell.alg === 'ES256') issuer.publish(key1.jwk, elliptic.jwk);
  if (cell.jwks === 'down') issuer.pages.clear();
  if (cell.discovery !== undefined) {
    issuer.pages.set(DISCOVERY_URL, {
      issuer: 'https://evil.example',
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
    });
  }
  if (cell.key !== 'rotated' && cell.key !== 'removed') return;
  const before = await ask(authorizer, {
    id: '',
    config: cell.config,
    why: '',
    outcome: 'accept',
    source: 'choice',
  });
  expect(before).toHaveProperty('sub');
  issuer.publish(rotated.jwk);
  if (cell.key === 'removed') issuer.clock += 10 * 60_000;
}

const doors = (refusal: Refusal, authorizer: JwtAuthorizer) => {
  const options = {
    resourceMetadataUrl: 'https://door.example/prm',
    scopes: advertisedScopes(authorizer.config),
  };
  return { runtime: runtimeChallenge(refusal, options), gateway: gatewayChallenge(refusal, options) };
};

describe('authorizer vectors', () => {
  it('holds every cell once, with no member that these tests would overlook', () => {
    expect(vectors.cells).toHaveLength(59);
    expect(new Set(vectors.cells.map(({ id }) => id)).size).toBe(vectors.cells.length);
    expect(vectors.cells.flatMap((cell) => Object.keys(cell)).filter((name) => !KNOWN.has(name))).toEqual([]);
  });

  it.each(vectors.cells)('$id $why', async (cell) => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(
      entries(vectors.configs[cell.config] as never, (_, value) => fill(value)),
    );
    await prepare(issuer, authorizer, cell);
    const answer = await ask(authorizer, cell);
    expect(issuer.asked).not.toContain(ATTACKER_URL);
    if (cell.outcome === 'accept') return expect(answer).toMatchObject({ iss: ISSUER });
    const { reason, ...status } = cell.outcome;
    expect(answer).toHaveProperty('reason', reason);
    const { runtime, gateway } = doors(answer as Refusal, authorizer);
    expect({ runtime: runtime.status, gateway: gateway.status }).toEqual(status);
  });
});
