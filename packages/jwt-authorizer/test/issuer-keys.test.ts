/** Attacks on discovery, key sets and their cache: group JK of the attack catalogue, and keys of group JH. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createJwtAuthorizer } from '../src/index.ts';
import { forge, rs256, rsaKey, type SigningKey } from './support/forge.ts';
import {
  accessClaims,
  accessToken,
  createIssuer,
  DISCOVERY_URL,
  ISSUER,
  type Issuer,
  JWKS_URL,
} from './support/issuer.ts';

const key1 = rsaKey('k1');
const key3 = rsaKey('k3');
const good = accessToken(key1);
const CONFIG = { allowedClients: ['app'] };
const MINUTE = 60_000;

const reasonOf = async (answer: ReturnType<ReturnType<Issuer['authorizer']>['authorize']>) => {
  const result = await answer;
  return result.ok ? 'accept' : [result.error.reason, result.error.detail].filter(Boolean).join(' ');
};
const jwksFetches = (issuer: Issuer) => issuer.asked.filter((url) => url === JWKS_URL).length;
const unknownKid = (index: number) =>
  forge({ alg: 'RS256', kid: `random-${index}` }, accessClaims(), rs256(key1));

describe('which keys verify', () => {
  const short = rsaKey('k-short', 1024);
  const longer = rsaKey('k-longer', 2047);
  const rows: readonly [id: string, why: string, key: SigningKey, jwk: object, outcome: string][] = [
    ['JH-11', 'an encryption key', key3, { use: 'enc' }, 'unknown_key'],
    ['JH-11', 'a key that only encrypts', key3, { key_ops: ['encrypt'] }, 'unknown_key'],
    ['JH-11', 'a key whose key_ops is no list', key3, { key_ops: 'verify' }, 'unknown_key'],
    ['JH-11', 'a key that verifies', key3, { key_ops: ['verify'] }, 'accept'],
    ['JH-03', 'a key of another algorithm', key3, { alg: 'PS256' }, 'unknown_key'],
    ['JH-03', 'a key that names no algorithm and no use', key3, { alg: undefined, use: undefined }, 'accept'],
    ['JH-12', 'an RSA key of 1024 bits', short, {}, 'unknown_key'],
    ['JH-12', 'an RSA key of 2047 bits', longer, {}, 'unknown_key'],
    [
      'JH-12',
      '1024 bits padded with zeros',
      short,
      {
        n: Buffer.concat([Buffer.alloc(128), Buffer.from(String(short.jwk.n), 'base64url')]).toString(
          'base64url',
        ),
      },
      'unknown_key',
    ],
    ['JH-03', 'a key of another type under RSA members', key3, { kty: 'oct' }, 'unknown_key'],
    ['JH-03', 'a key without kid', key3, { kid: undefined }, 'unknown_key'],
    ['JH-03', 'a key that cannot be imported', key3, { e: '' }, 'unknown_key'],
  ];

  it.each(rows)('%s %s', async (_id, _why, key, changes, outcome) => {
    const issuer = createIssuer();
    issuer.publish(key1.jwk, { ...key.jwk, ...changes });
    const authorizer = issuer.authorizer(CONFIG);
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    expect(await reasonOf(authorizer.authorize(accessToken(key)))).toBe(outcome);
  });

  it('picks neither of two keys with one id', async () => {
    const issuer = createIssuer();
    issuer.publish(key1.jwk, { ...key3.jwk, kid: 'k1' });
    expect(await reasonOf(issuer.authorizer(CONFIG).authorize(good))).toBe('unknown_key');
  });

  it('is not stopped by members of a set that are no keys', async () => {
    const issuer = createIssuer();
    issuer.pages.set(JWKS_URL, { keys: [null, 1, [], {}, JSON.parse(JSON.stringify(key1.jwk))] });
    expect(await reasonOf(issuer.authorizer(CONFIG).authorize(good))).toBe('accept');
  });
});

describe('what discovery may say', () => {
  const rows: readonly [id: string, why: string, document: object, outcome: string][] = [
    ['JK-01', 'another issuer', { issuer: 'https://evil.example' }, 'issuer_mismatch discovery_document'],
    ['JK-01', 'no issuer', { issuer: null }, 'keys_unavailable discovery_document'],
    ['JK-01', 'a list of issuers', { issuer: [ISSUER] }, 'keys_unavailable discovery_document'],
    ['JK-01', 'a longer path', { issuer: `${ISSUER}/x` }, 'issuer_mismatch discovery_document'],
    [
      'JK-04',
      'keys of another origin',
      { jwks_uri: 'https://evil.example/pool/.well-known/jwks.json' },
      'keys_unavailable jwks_origin',
    ],
    [
      'JK-04',
      'keys of another port',
      { jwks_uri: 'https://idp.example:8443/jwks' },
      'keys_unavailable jwks_origin',
    ],
    ['JK-04', 'keys over http', { jwks_uri: 'http://idp.example/jwks' }, 'keys_unavailable jwks_origin'],
    [
      'JK-04',
      'credentials in the keys URL',
      { jwks_uri: 'https://u:p@idp.example/pool/.well-known/jwks.json' },
      'keys_unavailable jwks_origin',
    ],
    [
      'JK-04',
      'a user name in the keys URL',
      { jwks_uri: 'https://u@idp.example/pool/.well-known/jwks.json' },
      'keys_unavailable jwks_origin',
    ],
    ['JK-04', 'no URL', { jwks_uri: '/jwks' }, 'keys_unavailable jwks_origin'],
    ['JK-04', 'no keys URL', { jwks_uri: null }, 'keys_unavailable discovery_document'],
  ];

  it.each(rows)('%s %s', async (_id, _why, changes, outcome) => {
    const issuer = createIssuer(key1);
    const page = { issuer: ISSUER, jwks_uri: JWKS_URL };
    issuer.pages.set(DISCOVERY_URL, { ...page, ...changes });
    const authorizer = issuer.authorizer(CONFIG);
    expect(await reasonOf(authorizer.authorize(good))).toBe(outcome);
    expect(issuer.asked).toEqual([DISCOVERY_URL]);
    issuer.pages.set(DISCOVERY_URL, page);
    issuer.clock += 1000;
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
  });

  it('takes the final slash that discovery removes, and then asks it of the token too', async () => {
    const issuer = createIssuer(key1);
    issuer.pages.set(DISCOVERY_URL, { issuer: `${ISSUER}/`, jwks_uri: JWKS_URL });
    const authorizer = issuer.authorizer(CONFIG);
    expect(await reasonOf(authorizer.authorize(accessToken(key1, { iss: `${ISSUER}/` })))).toBe('accept');
    expect(await reasonOf(authorizer.authorize(good))).toBe('issuer_mismatch claim iss');
  });
});

describe('keys over time', () => {
  it('JK-06 is closed while there are no keys, asks at most once a second, and recovers by itself', async () => {
    const issuer = createIssuer(key1);
    const page = issuer.pages.get(JWKS_URL) ?? null;
    issuer.pages.set(JWKS_URL, () => new Response('', { status: 500 }));
    const authorizer = issuer.authorizer(CONFIG);
    for (let round = 0; round < 5; round += 1) {
      expect(await reasonOf(authorizer.authorize(good))).toBe('keys_unavailable fetch');
    }
    expect(jwksFetches(issuer)).toBe(1);
    issuer.pages.set(JWKS_URL, page);
    expect(await reasonOf(authorizer.authorize(good))).toBe('keys_unavailable fetch');
    issuer.clock += 1000;
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
  });

  it.each([
    ['a network error', () => Promise.reject(new TypeError('fetch failed')), 'keys_unavailable fetch'],
    ['no JSON', () => new Response('<html>'), 'keys_unavailable jwks_document'],
    ['no key set', () => Response.json({ keys: {} }), 'keys_unavailable jwks_document'],
    ['a body over the limit', () => new Response(' '.repeat(300 * 1024)), 'keys_unavailable fetch'],
  ])('JK-06 %s is no key set', async (_why, answer, outcome) => {
    const issuer = createIssuer(key1);
    issuer.pages.set(JWKS_URL, answer);
    expect(await reasonOf(issuer.authorizer(CONFIG).authorize(good))).toBe(outcome);
  });

  it('JK-07 uses cached keys up to their age and not a millisecond longer', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG, { keysMaxAgeMs: 10 * MINUTE });
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    issuer.pages.clear();
    issuer.clock += 10 * MINUTE - 1;
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    expect(await reasonOf(authorizer.authorize(unknownKid(0)))).toBe('unknown_key');
    issuer.clock += 1;
    expect(await reasonOf(authorizer.authorize(good))).toBe('keys_unavailable fetch');
  });

  it('JK-08 a flood of unknown keys costs one fetch, and good tokens pass through it', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG, { unknownKeyCooldownMs: 10_000 });
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    expect(jwksFetches(issuer)).toBe(1);
    for (let index = 0; index < 200; index += 1) {
      expect(await reasonOf(authorizer.authorize(unknownKid(index)))).toBe('unknown_key');
    }
    expect(jwksFetches(issuer)).toBe(2);
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    issuer.clock += 10_000;
    await Promise.all(Array.from({ length: 50 }, (_, index) => authorizer.authorize(unknownKid(index))));
    expect(jwksFetches(issuer)).toBe(3);
  });

  it('JK-08 a flood on a cold start costs one fetch as well', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG);
    await Promise.all(Array.from({ length: 50 }, (_, index) => authorizer.authorize(unknownKid(index))));
    for (let index = 0; index < 50; index += 1) await authorizer.authorize(unknownKid(index));
    expect(issuer.asked).toEqual([DISCOVERY_URL, JWKS_URL]);
  });

  it('shares one fetch among requests that come at once', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG);
    const answers = await Promise.all(Array.from({ length: 20 }, () => authorizer.authorize(good)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    expect(issuer.asked).toEqual([DISCOVERY_URL, JWKS_URL]);
  });

  it('JK-09 takes a new key at once, and again at once after that', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG);
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    for (const next of [key3, rsaKey('k4')]) {
      issuer.publish(key1.jwk, next.jwk);
      expect(await reasonOf(authorizer.authorize(accessToken(next)))).toBe('accept');
    }
  });

  it('JK-09 refuses a withdrawn key as soon as the set was fetched again', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG);
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    issuer.publish(key3.jwk);
    expect(await reasonOf(authorizer.authorize(accessToken(key3)))).toBe('accept');
    expect(await reasonOf(authorizer.authorize(good))).toBe('unknown_key');
  });

  it('asks again when the clock was set back', async () => {
    const issuer = createIssuer(key1);
    const authorizer = issuer.authorizer(CONFIG);
    issuer.clock += 60 * MINUTE - 1;
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    issuer.clock -= 30 * MINUTE;
    expect(await reasonOf(authorizer.authorize(good))).toBe('accept');
    expect(jwksFetches(issuer)).toBe(2);
  });
});

describe('over a real connection', () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.closeAllConnections();
    await new Promise((done) => (server === undefined ? done(undefined) : server.close(done)));
    server = undefined;
  });

  async function serve(listener: (origin: string) => RequestListener): Promise<string> {
    const started = createServer((request, response) => listener(origin)(request, response));
    server = started;
    await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
    const origin = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
    return origin;
  }

  const authorizerOf = (origin: string, timeoutMs = 5000) =>
    createJwtAuthorizer(
      { discoveryUrl: `${origin}/.well-known/openid-configuration`, ...CONFIG },
      { fetch, now: Date.now, allowLoopbackHttp: true, timeoutMs },
    );
  const liveToken = (iss: string) => {
    const now = Math.floor(Date.now() / 1000);
    return accessToken(key1, { iss, iat: now - 1, exp: now + 60 });
  };
  const pages = (origin: string) => (url: string | undefined) =>
    url === '/jwks' ? { keys: [key1.jwk] } : { issuer: origin, jwks_uri: `${origin}/jwks` };

  it('fetches discovery and keys and verifies', async () => {
    const origin = await serve(
      (self) => (request, response) => response.end(JSON.stringify(pages(self)(request.url))),
    );
    expect(await reasonOf(authorizerOf(origin).authorize(liveToken(origin)))).toBe('accept');
  });

  it.each(['/jwks', '/.well-known/openid-configuration'])(
    'JK-03 follows no redirect from %s',
    async (moved) => {
      const asked: (string | undefined)[] = [];
      const origin = await serve((self) => (request, response) => {
        asked.push(request.url);
        if (request.url === moved) response.writeHead(302, { location: `/elsewhere${moved}` }).end();
        else response.end(JSON.stringify(pages(self)(request.url?.replace('/elsewhere', ''))));
      });
      expect(await reasonOf(authorizerOf(origin).authorize(liveToken(origin)))).toBe(
        'keys_unavailable fetch',
      );
      expect(asked.filter((url) => url?.startsWith('/elsewhere'))).toEqual([]);
    },
  );

  it('JK-06 gives up on an issuer that does not answer', async () => {
    const origin = await serve(() => () => {});
    expect(await reasonOf(authorizerOf(origin, 50).authorize(liveToken(origin)))).toBe(
      'keys_unavailable fetch',
    );
  });

  it('JK-06 gives up on an answer that does not end', async () => {
    const origin = await serve(() => (_request, response) => response.writeHead(200).write('{'));
    expect(await reasonOf(authorizerOf(origin, 50).authorize(liveToken(origin)))).toBe(
      'keys_unavailable fetch',
    );
  });
});
