/** The cells of test/conformance/vectors/authorizer.json, each with its configuration, as cells for all doors. */
import { readFileSync } from 'node:fs';
import { es256, hs256, partsOf, rs256, type Signer, type SigningKey, unsigned } from '../support/forger.ts';
import type { AuthorizerRules } from '../support/world.ts';
import { accessClaims, accessToken, type Cell, type Claims, type Outcome, type Stage } from './cell.ts';

type VectorCell = {
  readonly id: string;
  readonly config: string;
  readonly why: string;
  readonly claims?: Claims;
  readonly header?: string | null;
  readonly headers?: 2;
  readonly query?: string;
  readonly key?: 'foreign' | 'rotated' | 'removed';
  readonly kid?: string | null;
  readonly alg?: 'none' | 'HS256-with-public-key' | 'ES256';
  readonly tamper?: 'payload';
  readonly header_params?: Claims;
  readonly jwks?: 'down';
  readonly discovery?: 'wrong issuer';
  readonly outcome: 'accept' | VectorRefusal;
  readonly source: 'doc' | 'seen' | 'choice';
};
type VectorRefusal = { readonly runtime: number; readonly gateway: number; readonly reason: Outcome };

type Vectors = {
  readonly configs: Readonly<Record<string, AuthorizerRules & { readonly discoveryUrl: string }>>;
  readonly cells: readonly VectorCell[];
};

const file = new URL('../../conformance/vectors/authorizer.json', import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(file, 'utf8'));

/** A member that no code below reads would be a check that nobody makes. */
const READ =
  'id config why why_more claims header headers query key kid alg tamper header_params jwks discovery also challenge outcome source'.split(
    ' ',
  );

function fill(stage: Stage, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (value === '{{foreign public jwk}}') return stage.keys.foreign.jwk;
  return value.replace('{{issuer}}', stage.pool.issuer).replace('{{attacker url}}', stage.attacker.url);
}

/** A vector's `null` takes a claim away; times are seconds from now, or a text in quotes. */
function claimsOf(stage: Stage, claims: Claims = {}): Claims {
  const now = stage.world.clock.now / 1000;
  const of = (name: string, value: unknown): unknown => {
    if (value === null) return undefined;
    if (typeof value !== 'string' || !['exp', 'iat', 'nbf'].includes(name)) return fill(stage, value);
    return /^'(.*)'$/.exec(value)?.[1] ?? now + Number(value);
  };
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, of(name, value)]));
}

type Signing = { readonly key: SigningKey; readonly signer: Signer };

function signingOf({ keys }: Stage, { alg, key }: VectorCell): Signing {
  if (alg === 'none') return { key: keys.k1, signer: unsigned };
  if (alg === 'ES256') return { key: keys.elliptic, signer: es256(keys.elliptic) };
  if (alg !== undefined) {
    return { key: keys.k1, signer: hs256(keys.k1.publicKey.export({ type: 'spki', format: 'pem' })) };
  }
  const named = { foreign: keys.foreign, rotated: keys.k3, removed: keys.k1, none: keys.k1 }[key ?? 'none'];
  return { key: named, signer: rs256(named) };
}

function tokenOf(stage: Stage, vector: VectorCell): string {
  const { alg, kid, header_params = {}, tamper } = vector;
  const { key, signer } = signingOf(stage, vector);
  const header = {
    alg: alg?.replace(/-.*/, '') ?? 'RS256',
    kid: kid === null ? undefined : (kid ?? key.kid),
    ...Object.fromEntries(Object.entries(header_params).map(([name, value]) => [name, fill(stage, value)])),
  };
  const claims = accessClaims(stage, claimsOf(stage, vector.claims));
  const token = accessToken(stage, claims, { key, signer, header });
  if (tamper === undefined) return token;
  const [head, , signature] = partsOf(token);
  const changed = JSON.stringify({ ...claims, username: 'eva' });
  return `${head}.${Buffer.from(changed).toString('base64url')}.${signature}`;
}

const CHANGES_KEYS: Readonly<Record<string, (stage: Stage) => void>> = {
  rotated: ({ pool, keys }) => pool.publish(keys.k1.jwk, keys.k3.jwk),
  removed: ({ pool, keys, world }) => {
    pool.publish(keys.k3.jwk);
    world.clock.now += 10 * 60_000;
  },
};

/** Brings the issuer into the state that the vector names, and back. */
function statesOf({ alg, key, jwks, discovery }: VectorCell): Partial<Cell> {
  if (key === 'rotated' || key === 'removed') {
    return { warm: true, arrange: CHANGES_KEYS[key] ?? (() => {}), twinKey: 'k3' };
  }
  if (alg === 'ES256') return { arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, keys.elliptic.jwk) };
  if (jwks === undefined && discovery === undefined) return {};
  return {
    arrange: ({ pool }) => {
      if (jwks === 'down') pool.takeDown();
      else pool.discovery = { issuer: 'https://evil.example', jwks_uri: pool.jwksUrl };
    },
    repair: ({ pool, keys, world }) => {
      pool.publish(keys.k1.jwk);
      pool.discovery = { issuer: pool.issuer, jwks_uri: pool.jwksUrl };
      world.clock.now += 1000;
    },
  };
}

function sendingOf({ header, headers, query }: VectorCell): Partial<Cell> {
  const value = header === undefined ? 'Bearer {{token}}' : header;
  return {
    credentials: (token) =>
      value === null ? [] : Array.from({ length: headers ?? 1 }, () => value.replaceAll('{{token}}', token)),
    ...(query === undefined ? {} : { query: (token) => query.replaceAll('{{token}}', token) }),
  };
}

/** Where both doors refuse as 403 and 401, the text is none that could be parsed. */
function outcomeOf({ outcome }: VectorCell): Outcome {
  if (outcome === 'accept') return outcome;
  return outcome.reason === 'malformed_token' && outcome.runtime === 403 ? 'unparsable' : outcome.reason;
}

/** Claims that satisfy a configuration which the usual ones do not. */
const TWINS: Readonly<Record<string, Claims>> = {
  audience: { aud: 'https://agent.example' },
  'claim-contains': { 'cognito:groups': ['managers'] },
  'claim-contains-any': { 'cognito:groups': ['managers'] },
};

function cellOf(vector: VectorCell): Cell {
  const { id, why, config, source } = vector;
  const { discoveryUrl: _pool, ...rules } = vectors.configs[config] ?? { discoveryUrl: '' };
  return {
    ...{ id, why, rules, source, outcome: outcomeOf(vector) },
    twin: TWINS[config] ?? {},
    token: (stage) => tokenOf(stage, vector),
    ...statesOf(vector),
    ...sendingOf(vector),
  };
}

export const VECTOR_CELLS: readonly Cell[] = vectors.cells.map(cellOf);

/** The statuses that the vectors themselves name, for a check of {@link refusalAt} against them. */
export const VECTOR_STATUSES: ReadonlyMap<string, VectorRefusal> = new Map(
  vectors.cells.flatMap(({ id, outcome }) => (outcome === 'accept' ? [] : [[id, outcome] as const])),
);

export const UNREAD: readonly string[] = vectors.cells
  .flatMap((cell) => Object.keys(cell))
  .filter((name) => !READ.includes(name));
