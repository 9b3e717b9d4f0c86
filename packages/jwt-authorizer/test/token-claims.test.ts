/** Attacks on claims of rightly signed tokens: group JC of the attack catalogue, and payloads of group JH. */
import { describe, expect, it } from 'vitest';
import { CLOCK_SKEW_SECONDS } from '../src/index.ts';
import { forge, rs256, rsaKey } from './support/forge.ts';
import { accessClaims, accessToken, createIssuer, ISSUER, START } from './support/issuer.ts';
import { expectRow, type TokenRow } from './support/rows.ts';

const key = rsaKey('k1');
const now = START / 1000;
const good = accessToken(key);

type ClaimRow = readonly [
  id: string,
  why: string,
  claims: Readonly<Record<string, unknown>>,
  reason: TokenRow['reason'],
];

const row = ([id, why, claims, reason]: ClaimRow): TokenRow => ({
  id,
  why,
  token: accessToken(key, claims),
  reason,
});

const TIME: ClaimRow[] = [
  ['JC-01', 'exp one second ago', { exp: now - 1 }, 'expired'],
  ['JC-01', 'exp now', { exp: now }, 'expired'],
  ['JC-01', 'exp in one second', { exp: now + 1 }, 'accept'],
  ['JC-02', 'no exp', { exp: undefined }, 'expired'],
  ['JC-03', 'exp a string', { exp: '9999999999' }, 'malformed_claim'],
  ['JC-03', 'exp null', { exp: null }, 'malformed_claim'],
  ['JC-03', 'exp a list', { exp: [now + 60] }, 'malformed_claim'],
  ['JC-03', 'exp -1', { exp: -1 }, 'expired'],
  ['JC-03', 'exp 1e308', { exp: 1e308 }, 'lifetime_too_long'],
  ['JC-03', 'exp beyond exact numbers', { exp: 2 ** 53 + 2 }, 'lifetime_too_long'],
  ['JC-03', 'exp in milliseconds', { exp: START + 3_600_000 }, 'lifetime_too_long'],
  ['JC-03', 'exp with a fraction', { exp: now + 300.5 }, 'accept'],
  ['JC-03', 'a day after iat', { exp: now - 10 + 86_400 }, 'accept'],
  ['JC-03', 'a day and a second after iat', { exp: now - 10 + 86_401 }, 'lifetime_too_long'],
  ['JC-03', 'a day from now, no iat', { exp: now + 86_400, iat: undefined }, 'accept'],
  [
    'JC-03',
    'a day and a second from now, no iat',
    { exp: now + 86_401, iat: undefined },
    'lifetime_too_long',
  ],
  ['JC-04', 'nbf in the future', { nbf: now + 600 }, 'not_yet_valid'],
  ['JC-04', 'nbf in one second', { nbf: now + 1 }, 'not_yet_valid'],
  ['JC-04', 'nbf now', { nbf: now }, 'accept'],
  ['JC-04', 'nbf a string', { nbf: String(now) }, 'malformed_claim'],
  ['JC-04', 'iat in the future', { iat: now + 9999, exp: now + 10_000 }, 'not_yet_valid'],
  ['JC-04', 'iat in one second', { iat: now + 1 }, 'not_yet_valid'],
  ['JC-04', 'iat a week old, exp still to come', { iat: now - 7 * 86_400 }, 'lifetime_too_long'],
  ['JC-04', 'iat null', { iat: null }, 'malformed_claim'],
];

const ISSUERS: ClaimRow[] = [
  ['JC-06', 'another pool that shares the key', { iss: 'https://idp.example/other' }, 'issuer_mismatch'],
  ['JC-06', 'no issuer', { iss: undefined }, 'issuer_mismatch'],
  ['JC-06', 'a list that holds the issuer', { iss: [ISSUER] }, 'issuer_mismatch'],
];

const CLIENTS: ClaimRow[] = [
  ['JC-09', 'another client', { client_id: 'foreign' }, 'client_mismatch'],
  ...['azp', 'cid', 'appid', 'aud'].map(
    (name): ClaimRow => [
      'JC-09',
      `${name} instead of client_id`,
      { client_id: undefined, [name]: 'app' },
      'client_mismatch',
    ],
  ),
  ['JC-09', 'a list that holds the client', { client_id: ['app'] }, 'client_mismatch'],
  ['JC-09', 'a longer name', { client_id: 'app2' }, 'client_mismatch'],
];

const SUBJECTS: ClaimRow[] = [
  ['JC-19', 'no sub', { sub: undefined }, 'subject_missing'],
  ['JC-19', 'empty sub', { sub: '' }, 'subject_missing'],
  ['JC-19', 'sub an object', { sub: {} }, 'malformed_claim'],
  ['JC-19', 'sub null', { sub: null }, 'malformed_claim'],
  ['JC-19', 'sub of 255 characters', { sub: 'x'.repeat(255) }, 'accept'],
  ['JC-19', 'sub of 256 characters', { sub: 'x'.repeat(256) }, 'malformed_claim'],
  ['JC-19', 'sub with a NUL', { sub: 'user\u0000' }, 'malformed_claim'],
  ['JC-19', 'sub with a line break', { sub: 'user\nadmin' }, 'malformed_claim'],
  ['JC-19', 'sub with a C1 control', { sub: 'user\u0085' }, 'malformed_claim'],
  ['JH-21', 'sub with a lone surrogate', { sub: 'user\ud800' }, 'malformed_claim'],
  ['JC-19', 'sub with quotes and backslashes', { sub: 'a"b\\c' }, 'accept'],
  ['JC-24', 'bound to a key', { cnf: { jkt: 'x' } }, 'sender_constrained'],
];

const BASIC = [...TIME, ...ISSUERS, ...CLIENTS, ...SUBJECTS].map(row);

const PAYLOADS: TokenRow[] = [
  ['[]', 'a list'],
  ['null', 'null'],
  ['"x"', 'a string'],
  ['1', 'a number'],
  ['', 'empty'],
  [`\ufeff${JSON.stringify(accessClaims())}`, 'a byte order mark'],
  [Buffer.from(JSON.stringify(accessClaims()), 'utf16le'), 'UTF-16'],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'not UTF-8'],
  [JSON.stringify(accessClaims({ deep: JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`) })), '64 lists deep'],
].map(([payload, why]) => ({
  id: 'JH-21',
  why: `payload ${why}`,
  token: forge({ alg: 'RS256', kid: 'k1' }, payload, rs256(key)),
  reason: 'malformed_token',
}));

describe('claims', () => {
  it.each([...BASIC, ...PAYLOADS])('$id $why', async (entry) => {
    await expectRow(createIssuer(key).authorizer({ allowedClients: ['app'] }), entry, good);
  });

  it('has no tolerance between clocks', () => expect(CLOCK_SKEW_SECONDS).toBe(0));

  it('JC-01 ends at exp to the millisecond', async () => {
    const issuer = createIssuer(key);
    const authorizer = issuer.authorizer({ allowedClients: ['app'] });
    issuer.clock = START + 3_600_000 - 1;
    expect(await authorizer.authorize(good)).toMatchObject({ ok: true });
    issuer.clock += 1;
    expect(await authorizer.authorize(good)).toMatchObject({ error: { reason: 'expired' } });
  });

  it('JH-21 100,000 members are refused for their size, before any parsing', async () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`c${index}`, 0]));
    const authorizer = createIssuer(key).authorizer({ allowedClients: ['app'] });
    expect(await authorizer.authorize(accessToken(key, many))).toMatchObject({
      error: { reason: 'too_large' },
    });
  });

  it('BX-11 takes a token of the limit and refuses one byte more', async () => {
    const issuer = createIssuer(key);
    const limit = Buffer.byteLength(good);
    const exact = issuer.authorizer({ allowedClients: ['app'] }, { maxTokenBytes: limit });
    const short = issuer.authorizer({ allowedClients: ['app'] }, { maxTokenBytes: limit - 1 });
    expect(await exact.authorize(good)).toMatchObject({ ok: true });
    expect(await short.authorize(good)).toMatchObject({ error: { reason: 'too_large' } });
  });

  it('JH-16 hands on own claims only: members named as prototypes are plain data', async () => {
    const hostile = '"__proto__":{"admin":true,"scope":"hr/admin"},"constructor":{"x":1},"toString":1';
    const payload = `{${hostile},${JSON.stringify(accessClaims({ scope: undefined })).slice(1)}`;
    const token = forge({ alg: 'RS256', kid: 'k1' }, payload, rs256(key));
    const plain = await createIssuer(key)
      .authorizer({ allowedClients: ['app'] })
      .authorize(token);
    if (!plain.ok) throw new Error(plain.error.reason);
    const { claims, scopes } = plain.value;
    expect(Object.getPrototypeOf(claims)).toBeNull();
    expect(Object.hasOwn(claims, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(claims['constructor'])).toBeNull();
    expect(claims['hasOwnProperty']).toBeUndefined();
    expect(claims['admin']).toBeUndefined();
    expect(scopes).toEqual([]);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('admin');
  });

  it('hands on an identity that no reader can change, and never the token', async () => {
    const token = accessToken(key, { groups: ['a'], nested: { member: 1 } });
    const answer = await createIssuer(key)
      .authorizer({ allowedClients: ['app'] })
      .authorize(token);
    if (!answer.ok) throw new Error(answer.error.reason);
    const { value } = answer;
    expect(value).toMatchObject({
      iss: ISSUER,
      sub: accessClaims()['sub'],
      clientId: 'app',
      expiresAt: now + 3600,
    });
    expect(value.scopes).toEqual(['hr/invoke', 'hr/read']);
    for (const part of [value, value.scopes, value.claims, value.claims['groups'], value.claims['nested']]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    for (const part of token.split('.')) expect(JSON.stringify(value)).not.toContain(part);
  });
});
