/** Cases of the group JH: hostile headers and signatures. Claims are good throughout. */
import {
  base64url,
  es256,
  hs256,
  mint,
  partsOf,
  ps256,
  rs256,
  rs384,
  rs512,
  type Signer,
  type SigningKey,
  unsigned,
} from '../support/forger.ts';
import {
  accessClaims,
  accessToken,
  type Cell,
  type Claims,
  type Outcome,
  type Source,
  type Stage,
} from './cell.ts';

type Draft = Pick<Cell, 'id' | 'why' | 'token' | 'outcome'> & Partial<Cell>;

const cell = (draft: Draft): Cell => ({ rules: { allowedClients: ['app'] }, source: 'rfc', ...draft });

/** Good claims under these header members, signed with k1 unless told. */
const headed =
  (header: Claims | string, signer: (stage: Stage) => Signer = ({ keys }) => rs256(keys.k1)) =>
  (stage: Stage): string =>
    accessToken(stage, {}, { header, signer: signer(stage) });

const byAttacker = ({ keys }: Stage): Signer => rs256(keys.foreign);
const byNobody = (): Signer => unsigned;

const ALG_NONE = ['none', 'None', 'nOnE', 'NONE'].flatMap((alg) => [
  cell({
    id: 'JH-01',
    why: `alg ${alg}, no signature`,
    token: headed({ alg }, byNobody),
    outcome: 'algorithm',
  }),
  cell({ id: 'JH-01', why: `alg ${alg}, k1's signature`, token: headed({ alg }), outcome: 'algorithm' }),
]);

const SECRETS: Readonly<Record<string, (key: SigningKey) => string | Buffer>> = {
  'SPKI PEM': ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' }),
  'SPKI PEM without its last line end': ({ publicKey }) =>
    String(publicKey.export({ type: 'spki', format: 'pem' })).trimEnd(),
  'SPKI DER': ({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }),
  'PKCS#1 PEM': ({ publicKey }) => publicKey.export({ type: 'pkcs1', format: 'pem' }),
  'bytes of the modulus': ({ jwk }) => Buffer.from(String(jwk.n), 'base64url'),
  'text of the modulus': ({ jwk }) => String(jwk.n),
  'JWKS text': ({ jwk }) => JSON.stringify({ keys: [jwk] }),
};
const HMAC = Object.entries(SECRETS).map(([name, secretOf]) =>
  cell({
    id: 'JH-02',
    why: `HS256 with the ${name} as secret`,
    token: headed({ alg: 'HS256' }, ({ keys }) => hs256(secretOf(keys.k1))),
    outcome: 'algorithm',
  }),
);

/** The published key says neither `alg` nor `use`: the token does not choose instead. */
const openKey = ({ pool, keys: { k1 } }: Stage): void =>
  pool.publish({ kty: 'RSA', n: k1.jwk.n, e: k1.jwk.e, kid: 'k1' });
const OPEN_KEY = [
  cell({ id: 'JH-03', why: 'RS256', token: headed({}), arrange: openKey, outcome: 'accept' }),
  ...(
    [
      ['RS384', ({ keys }: Stage) => rs384(keys.k1)],
      ['RS512', ({ keys }: Stage) => rs512(keys.k1)],
      ['PS256', ({ keys }: Stage) => ps256(keys.k1)],
      ['HS256', ({ keys }: Stage) => hs256(JSON.stringify(keys.k1.jwk))],
    ] as const
  ).map(([alg, signer]) =>
    cell({ id: 'JH-03', why: alg, token: headed({ alg }, signer), arrange: openKey, outcome: 'algorithm' }),
  ),
];

const ALG_KINDS = [
  ...[undefined, '', ['RS256'], 256, null, 'rs256', 'RS256 ', { alg: 'RS256' }].map((alg) =>
    cell({
      id: 'JH-04',
      why: `alg ${JSON.stringify(alg)}`,
      token: headed({ alg }),
      outcome: 'algorithm',
    }),
  ),
  cell({ id: 'JH-04', why: 'an empty header', token: headed('{}'), outcome: 'algorithm' }),
  ...['[]', 'null', '"x"', '1', '{', ''].map((header) =>
    cell({
      id: 'JH-04',
      why: `header ${header || 'of nothing'}`,
      token: headed(header),
      outcome: 'unparsable',
    }),
  ),
];

/** One published key: with two, a refusal could only mean that it was not clear which one to take. */
const onlyK1 = ({ pool, keys }: Stage): void => pool.publish(keys.k1.jwk);
const EMBEDDED = (
  [
    ['JH-06', 'jwk', ({ keys }: Stage): Claims => ({ jwk: keys.foreign.jwk })],
    ['JH-07', 'jku', ({ attacker }: Stage): Claims => ({ jku: `${attacker.url}/jwks` })],
    ['JH-07', 'x5u', ({ attacker }: Stage): Claims => ({ x5u: `${attacker.url}/chain` })],
    [
      'JH-07',
      'x5c',
      ({ keys }: Stage): Claims => ({
        x5c: [keys.foreign.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
      }),
    ],
  ] as const
).flatMap(([id, name, member]) => [
  cell({
    id,
    why: `${name} of the attacker, no kid`,
    token: (stage) =>
      accessToken(stage, {}, { header: { ...member(stage), kid: undefined }, key: stage.keys.foreign }),
    arrange: onlyK1,
    outcome: 'unknown_key',
  }),
  cell({
    id,
    why: `${name} of the attacker, kid of k1`,
    token: (stage) => accessToken(stage, {}, { header: member(stage), key: stage.keys.foreign }),
    arrange: onlyK1,
    outcome: 'signature',
  }),
]);

const KIDS = [
  '../../../dev/null',
  'k1\u0000',
  'k1 ',
  'K1',
  "k1' OR 1=1--",
  'http://127.0.0.1:9/',
  'x'.repeat(3000),
  1,
  '__proto__',
  'constructor',
  ['k1'],
  '',
  null,
].map((kid) =>
  cell({
    id: 'JH-08',
    why: `kid ${JSON.stringify(kid).slice(0, 30)}`,
    token: headed({ kid }),
    outcome: 'unknown_key',
  }),
);
const KID_OF_ATTACKER = cell({
  id: 'JH-08',
  why: 'kid that is an address of the attacker',
  token: (stage) => headed({ kid: `${stage.attacker.url}/k1` })(stage),
  outcome: 'unknown_key',
});

const OTHER_KEYS = [
  cell({
    id: 'JH-09',
    why: 'signed with k1, named k2',
    token: headed({ kid: 'k2' }),
    outcome: 'signature',
  }),
  ...(
    [
      ['for encryption', { use: 'enc', alg: undefined }, 'unknown_key'],
      ['whose operations are to encrypt', { use: undefined, key_ops: ['encrypt'] }, 'unknown_key'],
      ['for signatures: the same key and token', { use: 'sig' }, 'accept'],
    ] as const
  ).map(([what, members, outcome]) =>
    cell({
      id: 'JH-11',
      why: `a published key ${what}`,
      arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, { ...keys.k3.jwk, ...members }),
      token: (stage) => accessToken(stage, {}, { key: stage.keys.k3 }),
      outcome,
    }),
  ),
  cell({
    id: 'JH-12',
    why: 'a published RSA key of 1024 bits, rightly used',
    arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, keys.short.jwk),
    token: (stage) => accessToken(stage, {}, { key: stage.keys.short }),
    outcome: 'unknown_key',
  }),
  cell({
    id: 'JH-12',
    why: '1024 bits behind leading zeros',
    arrange: ({ pool, keys: { k1, short } }) => {
      const n = Buffer.concat([Buffer.alloc(160), Buffer.from(String(short.jwk.n), 'base64url')]);
      pool.publish(k1.jwk, { ...short.jwk, n: n.toString('base64url') });
    },
    token: (stage) => accessToken(stage, {}, { key: stage.keys.short }),
    outcome: 'unknown_key',
  }),
  cell({
    id: 'JH-03',
    why: 'a published key of another algorithm',
    arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, { ...keys.k3.jwk, alg: 'PS256' }),
    token: (stage) => accessToken(stage, {}, { key: stage.keys.k3 }),
    outcome: 'unknown_key',
  }),
  cell({
    id: 'JH-03',
    why: 'a published key of another type with the members of an RSA key',
    arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, { ...keys.k3.jwk, kty: 'oct' }),
    token: (stage) => accessToken(stage, {}, { key: stage.keys.k3 }),
    outcome: 'unknown_key',
  }),
  cell({
    id: 'JH-03',
    why: 'a published EC key that signs as RS256 says',
    arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, { ...keys.elliptic.jwk, alg: undefined }),
    token: (stage) =>
      accessToken(stage, {}, { key: stage.keys.elliptic, signer: es256(stage.keys.elliptic) }),
    outcome: 'unknown_key',
  }),
  cell({
    id: 'JH-09',
    why: 'two published keys with one id',
    arrange: ({ pool, keys }) => pool.publish(keys.k1.jwk, { ...keys.k3.jwk, kid: 'k1' }),
    repair: ({ pool, keys, world }) => {
      pool.publish(keys.k1.jwk);
      world.clock.now += 10_000;
    },
    token: headed({}),
    outcome: 'unknown_key',
    source: 'choice',
  }),
];

const CRIT = [
  { crit: ['x'], x: 1 },
  { crit: [] },
  { crit: ['alg'] },
  { crit: ['b64'], b64: false },
  { crit: ['absent'] },
  { crit: null },
].map((members) =>
  cell({ id: 'JH-13', why: JSON.stringify(members), token: headed(members), outcome: 'malformed_token' }),
);

const DUPLICATES: readonly Cell[] = (
  [
    ['alg RS256, then none; not signed', '{"alg":"RS256","alg":"none","kid":"k1"}', byNobody, 'algorithm'],
    ['alg none, then RS256; not signed', '{"alg":"none","alg":"RS256","kid":"k1"}', byNobody, 'signature'],
    // RFC 7515 section 4 lets a reader take the last of two: what matters is that all layers take the same.
    ['alg none, then RS256; signed', '{"alg":"none","alg":"RS256","kid":"k1"}', undefined, 'accept'],
    ['kid k1, then k2; signed with k1', '{"alg":"RS256","kid":"k1","kid":"k2"}', undefined, 'signature'],
  ] as const
).map(([why, header, signer, outcome]) => cell({ id: 'JH-14', why, token: headed(header, signer), outcome }));
const DUPLICATE_CLAIMS = cell({
  id: 'JH-14',
  why: 'two subjects: every layer takes the last one',
  token: (stage) => {
    const text = JSON.stringify(accessClaims(stage)).replace('{', '{"sub":"somebody-else",');
    return accessToken(stage, text);
  },
  outcome: 'accept',
});

const HOSTILE_MEMBERS =
  '"__proto__":{"admin":true,"scope":"hr/invoke"},"constructor":{"scope":"hr/invoke"},"hasOwnProperty":{"x":1},"toString":1,';
const PROTOTYPES = [
  cell({
    id: 'JH-16',
    why: 'a scope in __proto__ is no scope',
    rules: { allowedScopes: ['hr/invoke'] },
    token: (stage) =>
      accessToken(
        stage,
        JSON.stringify(accessClaims(stage, { scope: undefined })).replace('{', `{${HOSTILE_MEMBERS}`),
      ),
    outcome: 'insufficient_scope',
  }),
  cell({
    id: 'JH-16',
    why: 'members named as prototypes beside good ones are plain data',
    token: (stage) =>
      accessToken(stage, JSON.stringify(accessClaims(stage)).replace('{', `{${HOSTILE_MEMBERS}`)),
    outcome: 'accept',
  }),
  cell({
    id: 'JH-16',
    why: 'a rule on a name that every object inherits',
    rules: {
      customClaims: [
        {
          inboundTokenClaimName: 'constructor',
          inboundTokenClaimValueType: 'STRING',
          authorizingClaimMatchValue: {
            claimMatchOperator: 'EQUALS',
            claimMatchValue: { matchValueString: 'access' },
          },
        },
      ],
    },
    token: headed({}),
    twin: { constructor: 'access' },
    outcome: 'claim_mismatch',
  }),
];

/** Changes a good token. `other` is of another subject. */
type Change = (good: readonly [string, string, string], other: readonly [string, string, string]) => string;
const flipped = (part: string): string => `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`;
const shorter = (part: string): string => base64url(Buffer.from(part, 'base64url').subarray(1));
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** 256 bytes end in a character of which four bits are spare. */
const respelt = (part: string): string => {
  const last = part.slice(-1);
  return part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(last) + 1];
};

const changed =
  (change: Change) =>
  (stage: Stage): string =>
    change(
      partsOf(accessToken(stage)),
      partsOf(accessToken(stage, { sub: 'somebody-else-0000-0000-000000000002' })),
    );

const SIGNATURES: readonly Cell[] = (
  [
    ['JH-17', 'no third part', ([h, p]) => `${h}.${p}`, 'unparsable'],
    ['JH-17', 'an empty third part', ([h, p]) => `${h}.${p}.`, 'signature'],
    ['JH-17', 'a fourth part', ([h, p, s]) => `${h}.${p}.${s}.${s}`, 'unparsable'],
    ['JH-17', 'a byte short', ([h, p, s]) => `${h}.${p}.${shorter(s)}`, 'signature'],
    ['JH-17', 'the signature of another token', ([h, p], [, , s]) => `${h}.${p}.${s}`, 'signature'],
    ['JH-17', 'the payload of another token', ([h, , s], [, p]) => `${h}.${p}.${s}`, 'signature'],
    ['JH-17', 'a bit of the header', ([h, p, s]) => `${flipped(h)}.${p}.${s}`, 'unparsable'],
    ['JH-17', 'a bit of the payload', ([h, p, s]) => `${h}.${flipped(p)}.${s}`, 'signature'],
    ['JH-17', 'a bit of the signature', ([h, p, s]) => `${h}.${p}.${flipped(s)}`, 'signature'],
    ['JH-18', 'spare bits of the signature', ([h, p, s]) => `${h}.${p}.${respelt(s)}`, 'unparsable'],
    ['JH-18', 'padding', ([h, p, s]) => `${h}.${p}.${s}==`, 'unparsable'],
  ] as const satisfies readonly (readonly [string, string, Change, Outcome])[]
).map(([id, why, change, outcome]) =>
  cell({
    id,
    why,
    token: changed(change),
    outcome,
    // The doors have verified the good spelling already, and may remember it.
    ...(id === 'JH-18' ? { warm: true as const } : {}),
  }),
);

type Payload = readonly [why: string, payload: (stage: Stage) => string | Uint8Array, Outcome, Source];
const PAYLOADS: readonly Cell[] = (
  [
    ['a list', () => '[]', 'malformed_token', 'rfc'],
    ['null', () => 'null', 'malformed_token', 'rfc'],
    ['a text', () => '"x"', 'malformed_token', 'rfc'],
    ['a number', () => '1', 'malformed_token', 'rfc'],
    ['nothing', () => '', 'malformed_token', 'rfc'],
    [
      'a byte order mark first',
      (stage) => `\ufeff${JSON.stringify(accessClaims(stage))}`,
      'malformed_token',
      'choice',
    ],
    [
      'UTF-16',
      (stage) => Buffer.from(JSON.stringify(accessClaims(stage)), 'utf16le'),
      'malformed_token',
      'rfc',
    ],
    [
      'bytes that are no UTF-8',
      (stage) => Buffer.from(JSON.stringify(accessClaims(stage, { username: '\u00ff' })), 'latin1'),
      'malformed_token',
      'rfc',
    ],
    [
      'lists 64 deep',
      (stage) =>
        JSON.stringify(accessClaims(stage, { deep: JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`) })),
      'malformed_token',
      'choice',
    ],
    [
      'a lone surrogate in sub',
      (stage) => JSON.stringify(accessClaims(stage, { sub: 'eve\ud800' })),
      'malformed_claim',
      'choice',
    ],
  ] as const satisfies readonly Payload[]
).map(([why, payload, outcome, source]) =>
  cell({
    id: 'JH-21',
    why: `the payload is ${why}`,
    token: (stage) => mint({ alg: 'RS256', kid: 'k1' }, payload(stage), rs256(stage.keys.k1)),
    outcome,
    source,
  }),
);

const FORGED = cell({
  id: 'JH-22',
  why: 'readable claims of a manager that nobody signed for: every layer verifies, none only reads',
  token: (stage) =>
    accessToken(stage, { sub: 'a-manager', scope: 'hr/invoke hr/manager' }, { signer: byAttacker(stage) }),
  outcome: 'signature',
});

export const HEADER_CELLS: readonly Cell[] = [
  ...ALG_NONE,
  ...HMAC,
  ...OPEN_KEY,
  ...ALG_KINDS,
  ...EMBEDDED,
  ...KIDS,
  KID_OF_ATTACKER,
  ...OTHER_KEYS,
  ...CRIT,
  ...DUPLICATES,
  DUPLICATE_CLAIMS,
  ...PROTOTYPES,
  ...SIGNATURES,
  ...PAYLOADS,
  FORGED,
];
