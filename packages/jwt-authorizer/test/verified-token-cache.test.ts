/** The cache of verified tokens must never say what a fresh verification would not. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { JwtAuthorizer } from '../src/index.ts';
import { createVerifiedTokenCache } from '../src/verified-token-cache.ts';
import { rsaKey } from './support/forge.ts';
import { accessToken, createIssuer, type Issuer, START } from './support/issuer.ts';

const key = rsaKey('k1');
const alice = accessToken(key, { sub: 'alice' });
const bobby = accessToken(key, { sub: 'bobby' });

let issuer: Issuer;
let authorizer: JwtAuthorizer;

const ask = async (token: string) => {
  const answer = await authorizer.authorize(token);
  return answer.ok ? answer.value.sub : answer.error.reason;
};

/** The very object of the first answer comes back only from the cache. */
const isCached = async (token: string) => {
  const first = await authorizer.authorize(token);
  const second = await authorizer.authorize(token);
  return first.ok && second.ok && first.value === second.value;
};

beforeEach(() => {
  issuer = createIssuer(key);
  authorizer = issuer.authorizer({ allowedClients: ['app'] }, { verifiedTokenCacheSize: 2 });
});

describe('verified token cache', () => {
  it('remembers, and is off unless sized', async () => {
    expect(await isCached(alice)).toBe(true);
    authorizer = issuer.authorizer({ allowedClients: ['app'] });
    expect(await isCached(alice)).toBe(false);
  });

  it('JH-19 tells two tokens of equal length apart', async () => {
    expect(alice).toHaveLength(bobby.length);
    for (let round = 0; round < 3; round += 1) {
      expect(await ask(alice)).toBe('alice');
      expect(await ask(bobby)).toBe('bobby');
    }
  });

  it('JH-19 never joins the payload of one token to the signature of another', async () => {
    const [header, , signature] = alice.split('.');
    await ask(alice);
    expect(await ask(`${header}.${bobby.split('.')[1]}.${signature}`)).toBe('signature');
  });

  it('JC-01 an entry ends at exp', async () => {
    expect(await ask(alice)).toBe('alice');
    issuer.clock = START + 3_600_000 - 1;
    expect(await ask(alice)).toBe('alice');
    issuer.clock += 1;
    expect(await ask(alice)).toBe('expired');
  });

  it('JC-01 an entry ends at exp while its keys are still good', async () => {
    const short = accessToken(key, { sub: 'short', exp: START / 1000 + 60 });
    expect(await isCached(short)).toBe(true);
    issuer.clock = START + 60_000;
    expect(await ask(short)).toBe('expired');
  });

  it('JK-09 an entry ends with the key set that verified it', async () => {
    expect(await ask(alice)).toBe('alice');
    const next = rsaKey('k2');
    issuer.publish(next.jwk);
    expect(await ask(accessToken(next, { sub: 'carol' }))).toBe('carol');
    expect(await ask(alice)).toBe('unknown_key');
  });

  it('JK-07 an entry ends when the keys are too old to use', async () => {
    expect(await ask(alice)).toBe('alice');
    issuer.pages.clear();
    issuer.clock += 10 * 60_000;
    expect(await ask(alice)).toBe('keys_unavailable');
  });

  it('JH-18 another spelling of a remembered token is refused', async () => {
    await ask(alice);
    expect(await ask(`${alice}=`)).toBe('malformed_token');
  });

  it('never remembers a failure', async () => {
    const early = accessToken(key, { sub: 'early', nbf: START / 1000 + 60 });
    expect(await ask(early)).toBe('not_yet_valid');
    issuer.clock += 60_000;
    expect(await ask(early)).toBe('early');
  });

  it('never remembers a good signature that a rule refused', async () => {
    const foreign = accessToken(key, { client_id: 'foreign' });
    expect(await ask(foreign)).toBe('client_mismatch');
    expect(await ask(foreign)).toBe('client_mismatch');
  });

  it('drops the token not used for longest', () => {
    const cache = createVerifiedTokenCache(2);
    const verified = { iss: 'i', sub: 's', scopes: [], claims: {}, expiresAt: 0 };
    cache.set('a', 1, verified);
    cache.set('b', 1, verified);
    cache.get('a', 1);
    cache.set('c', 1, verified);
    expect(['a', 'b', 'c'].filter((token) => cache.get(token, 1) !== undefined)).toEqual(['a', 'c']);
  });
});
