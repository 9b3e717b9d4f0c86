/** Attacks on a token's header and signature: group JH of the attack catalogue. */
import { describe, expect, it } from 'vitest';
import {
  base64url,
  ecKey,
  es256,
  forge,
  hs256,
  rs256,
  rsaKey,
  type Signer,
  unsigned,
} from './support/forge.ts';
import { accessClaims, accessToken, createIssuer } from './support/issuer.ts';
import { expectRow, type TokenRow } from './support/rows.ts';

const key1 = rsaKey('k1');
const key2 = rsaKey('k2');
const attacker = rsaKey('k1');
const good = accessToken(key1);
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');

const withHeader = (header: unknown, signer: Signer = rs256(key1)): string =>
  forge(header, accessClaims(), signer);
const withMembers = (members: object, signer?: Signer) =>
  withHeader({ alg: 'RS256', kid: 'k1', ...members }, signer);

const ALG_NONE: TokenRow[] = ['none', 'None', 'nOnE', 'NONE'].flatMap((alg) => [
  {
    id: 'JH-01',
    why: `alg ${alg}, no signature`,
    token: withMembers({ alg }, unsigned),
    reason: 'algorithm',
  },
  { id: 'JH-01', why: `alg ${alg}, good signature`, token: withMembers({ alg }), reason: 'algorithm' },
]);

const pem = String(key1.publicKey.export({ type: 'spki', format: 'pem' }));
const HMAC_SECRETS: Record<string, string | Buffer> = {
  'SPKI PEM': pem,
  'SPKI PEM without its last newline': pem.trimEnd(),
  'SPKI DER': key1.publicKey.export({ type: 'spki', format: 'der' }),
  'PKCS#1 PEM': String(key1.publicKey.export({ type: 'pkcs1', format: 'pem' })),
  modulus: Buffer.from(String(key1.jwk.n), 'base64url'),
  'JWKS JSON': JSON.stringify({ keys: [key1.jwk] }),
};
const HMAC: TokenRow[] = Object.entries(HMAC_SECRETS).map(([why, secret]) => ({
  id: 'JH-02',
  why: `HS256 keyed with ${why}`,
  token: withMembers({ alg: 'HS256' }, hs256(secret)),
  reason: 'algorithm',
}));

const ALG_KINDS: TokenRow[] = [undefined, '', ['RS256'], 256, null, 'rs256', 'RS256 '].map((alg) => ({
  id: 'JH-04',
  why: `alg ${JSON.stringify(alg)}`,
  token: withMembers({ alg }),
  reason: 'algorithm',
}));

const EMBEDDED: TokenRow[] = [
  { jwk: attacker.jwk },
  { jku: 'https://attacker.example/jwks' },
  { x5u: 'https://attacker.example/chain' },
  { x5c: [base64url('not a certificate')] },
].flatMap((member): TokenRow[] => [
  {
    id: 'JH-06',
    why: `${Object.keys(member)}, no kid`,
    token: withMembers({ ...member, kid: undefined }, rs256(attacker)),
    reason: 'unknown_key',
  },
  {
    id: 'JH-07',
    why: `${Object.keys(member)}, a known kid`,
    token: withMembers(member, rs256(attacker)),
    reason: 'signature',
  },
]);

const KIDS: TokenRow[] = [
  '../../../dev/null',
  'k1\u0000',
  'k1 ',
  'K1',
  "k1' OR 1=1--",
  'https://attacker.example/',
  'x'.repeat(4000),
  1,
  '__proto__',
  'constructor',
  ['k1'],
  '',
  null,
].map((kid) => ({
  id: 'JH-08',
  why: `kid ${JSON.stringify(kid).slice(0, 30)}`,
  token: withMembers({ kid }),
  reason: 'unknown_key',
}));

const CRIT: TokenRow[] = [
  { crit: ['x'], x: 1 },
  { crit: [] },
  { crit: ['alg'] },
  { crit: ['b64'], b64: false },
  { crit: ['absent'] },
  { crit: null },
].map((member) => ({
  id: 'JH-13',
  why: `crit ${JSON.stringify(member)}`,
  token: withMembers(member),
  reason: 'malformed_token',
}));

const flip = (part: string) => `${part[0] === 'A' ? 'B' : 'A'}${part.slice(1)}`;
const other = accessToken(key1, { sub: 'someone-else' }).split('.');
const SIGNATURE: TokenRow[] = [
  { id: 'JH-09', why: 'signed by k1, kid k2', token: withMembers({ kid: 'k2' }), reason: 'signature' },
  { id: 'JH-17', why: 'no third part', token: `${goodHeader}.${goodPayload}`, reason: 'malformed_token' },
  { id: 'JH-17', why: 'empty third part', token: `${goodHeader}.${goodPayload}.`, reason: 'signature' },
  { id: 'JH-17', why: 'a fourth part', token: `${good}.${goodSignature}`, reason: 'malformed_token' },
  {
    id: 'JH-17',
    why: 'one byte short',
    token: `${goodHeader}.${goodPayload}.${base64url(Buffer.from(goodSignature, 'base64url').subarray(1))}`,
    reason: 'signature',
  },
  {
    id: 'JH-17',
    why: 'the signature of another token',
    token: `${goodHeader}.${goodPayload}.${other[2]}`,
    reason: 'signature',
  },
  {
    id: 'JH-17',
    why: 'the payload of another token',
    token: `${goodHeader}.${other[1]}.${goodSignature}`,
    reason: 'signature',
  },
  {
    id: 'JH-17',
    why: 'a bit of the header',
    token: `${flip(goodHeader)}.${goodPayload}.${goodSignature}`,
    reason: 'malformed_token',
  },
  {
    id: 'JH-17',
    why: 'a bit of the payload',
    token: `${goodHeader}.${flip(goodPayload)}.${goodSignature}`,
    reason: 'signature',
  },
  {
    id: 'JH-17',
    why: 'a bit of the signature',
    token: `${goodHeader}.${goodPayload}.${flip(goodSignature)}`,
    reason: 'signature',
  },
];

/** A 256-byte signature ends in a character of which four bits are spare. */
const respell = (text: string) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return text.slice(0, -1) + alphabet[alphabet.indexOf(text.slice(-1)) + 1];
};
const SPELLING: TokenRow[] = [
  {
    id: 'JH-18',
    why: 'spare bits of the signature',
    token: `${goodHeader}.${goodPayload}.${respell(goodSignature)}`,
    reason: 'malformed_token',
  },
  { id: 'JH-18', why: 'padding', token: `${good}==`, reason: 'malformed_token' },
  {
    id: 'JH-18',
    why: 'base64 instead of base64url',
    token: `${goodHeader}.${goodPayload}.${Buffer.from(goodSignature, 'base64url').toString('base64')}`,
    reason: 'malformed_token',
  },
  {
    id: 'JH-18',
    why: 'white space in a part',
    token: `${goodHeader} .${goodPayload}.${goodSignature}`,
    reason: 'malformed_token',
  },
];

const duplicate = (text: string, signer?: Signer) => forge(text, accessClaims(), signer ?? rs256(key1));
const DUPLICATES: TokenRow[] = [
  {
    id: 'JH-14',
    why: 'alg RS256 then none: the last one counts',
    token: duplicate('{"alg":"RS256","alg":"none","kid":"k1"}', unsigned),
    reason: 'algorithm',
  },
  {
    id: 'JH-14',
    why: 'alg none then RS256, not signed',
    token: duplicate('{"alg":"none","alg":"RS256","kid":"k1"}', unsigned),
    reason: 'signature',
  },
];

const NOT_OBJECTS: TokenRow[] = ['[]', 'null', '"x"', '1', '{', ''].map((header) => ({
  id: 'JH-04',
  why: `header ${header}`,
  token: duplicate(header),
  reason: 'malformed_token',
}));

const TYPES: TokenRow[] = [
  ...['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt'].map(
    (typ): TokenRow => ({ id: 'JC-23', why: `typ ${typ}`, token: withMembers({ typ }), reason: 'accept' }),
  ),
  ...['logout+jwt', 'dpop+jwt', 'id_token', '', 1, null, ['JWT'], 'application/application/jwt'].map(
    (typ): TokenRow => ({
      id: 'JC-23',
      why: `typ ${JSON.stringify(typ)}`,
      token: withMembers({ typ }),
      reason: 'token_type',
    }),
  ),
];

const ROWS = [
  ALG_NONE,
  HMAC,
  ALG_KINDS,
  EMBEDDED,
  KIDS,
  CRIT,
  SIGNATURE,
  SPELLING,
  DUPLICATES,
  NOT_OBJECTS,
  TYPES,
].flat();

describe('token header and signature', () => {
  it.each(ROWS)('$id $why', async (row) => {
    const issuer = createIssuer(key1, key2);
    await expectRow(issuer.authorizer({ allowedClients: ['app'] }), row, good);
    expect(issuer.asked.filter((url) => !url.startsWith('https://idp.example/'))).toEqual([]);
  });

  it('JH-03 RS256 alone verifies, whatever the published key leaves open', async () => {
    const { kty, n, e } = key1.jwk;
    const open = createIssuer();
    open.publish({ kty, n, e, kid: 'k1' });
    const authorizer = open.authorizer({ allowedClients: ['app'] });
    for (const alg of ['RS384', 'RS512', 'PS256', 'HS256']) {
      await expectRow(
        authorizer,
        { id: '', why: '', token: withMembers({ alg }), reason: 'algorithm' },
        good,
      );
    }
  });

  it('JH-03 an EC key under the name of an RSA one verifies nothing', async () => {
    const elliptic = ecKey('k1');
    const issuer = createIssuer(elliptic);
    const authorizer = issuer.authorizer({ allowedClients: ['app'] });
    expect(await authorizer.authorize(withMembers({}, es256(elliptic)))).toMatchObject({
      error: { reason: 'unknown_key' },
    });
  });
});
