/**
 * A pool's signing keys: RSA 2048, one for access tokens and another for id tokens, made on this machine with the pool.
 * The private half stays in the state section; what is served is built from the public half alone.
 */
import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../ports.ts';
import type { IdentityStore } from '../store/identity-store.ts';
import { KEY_USES, type KeyUse, type SigningKey } from '../store/records.ts';

const generate = promisify(generateKeyPair);

/** One entry of `jwks.json` (RFC 7517 section 4), with the members that Cognito serves. */
export type PublicJwk = {
  readonly alg: 'RS256';
  readonly e: string;
  readonly kid: string;
  readonly kty: 'RSA';
  readonly n: string;
  readonly use: 'sig';
};

export interface SigningKeys {
  /** Makes both keys of a new pool. */
  create(poolId: string): Promise<void>;
  /** Puts new keys in front. Tokens that the old ones signed verify until {@link SigningKeys.forgetRetired}. */
  rotate(poolId: string): Promise<void>;
  /** Stops serving retired keys. */
  forgetRetired(poolId: string): void;
  /** @throws TypeError when the pool has no key. */
  signer(poolId: string, tokenUse: KeyUse): { readonly kid: string; readonly key: KeyObject };
  jwks(poolId: string): readonly PublicJwk[];
}

/** RFC 7638 thumbprint. */
const thumbprint = (jwk: SigningKey['publicJwk']): string =>
  createHash('sha256')
    .update(JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n }), 'utf8')
    .digest('base64url');

async function newKey(poolId: string, tokenUse: KeyUse, createdAt: number): Promise<SigningKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 });
  const { n, e } = publicKey.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new TypeError('not an RSA key');
  const publicJwk = { kty: 'RSA', n, e } as const;
  return {
    poolId,
    kid: thumbprint(publicJwk),
    tokenUse,
    publicJwk,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    createdAt,
  };
}

function retire({ privateKey: _forgotten, ...publicHalf }: SigningKey): SigningKey {
  return publicHalf;
}

const served = ({ kid, publicJwk: { n, e } }: SigningKey): PublicJwk => ({
  ...{ alg: 'RS256', e, kid, kty: 'RSA', n, use: 'sig' },
});

async function addKeys(store: IdentityStore, now: Clock, poolId: string): Promise<void> {
  const fresh = await Promise.all(KEY_USES.map((tokenUse) => newKey(poolId, tokenUse, now())));
  for (const key of fresh) store.keys.add(key);
}

/** The key that signs now, still as text. */
function activeKey(store: IdentityStore, poolId: string, use: KeyUse): { kid: string; privateKey: string } {
  const found = store.keys.find(
    (key) => key.poolId === poolId && key.tokenUse === use && key.privateKey !== undefined,
  );
  if (found?.privateKey !== undefined) return { kid: found.kid, privateKey: found.privateKey };
  throw new TypeError(`pool ${poolId} has no key for ${use} tokens`);
}

export function createSigningKeys(store: IdentityStore, now: Clock): SigningKeys {
  /** Parsed private keys, by key id. */
  const parsed = new Map<string, KeyObject>();
  return {
    create: (poolId) => addKeys(store, now, poolId),
    async rotate(poolId) {
      const old = new Set(store.keys.filter((key) => key.poolId === poolId).map(({ kid }) => kid));
      await addKeys(store, now, poolId);
      store.keys.change((key) => old.has(key.kid), retire);
      for (const kid of old) parsed.delete(kid);
    },
    forgetRetired: (poolId) =>
      store.keys.remove((key) => key.poolId === poolId && key.privateKey === undefined),
    signer(poolId, tokenUse) {
      const { kid, privateKey } = activeKey(store, poolId, tokenUse);
      const key = parsed.get(kid) ?? createPrivateKey(privateKey);
      parsed.set(kid, key);
      return { kid, key };
    },
    jwks: (poolId) => store.keys.filter((key) => key.poolId === poolId).map(served),
  };
}
