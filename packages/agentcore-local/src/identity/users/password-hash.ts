/**
 * Passwords are kept as scrypt hashes with their own salt and cost.
 * Costs: OWASP Password Storage Cheat Sheet (N=2^14, r=8, p=5).
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

export type ScryptCost = { readonly N: number; readonly r: number; readonly p: number };

export const DEFAULT_COST: ScryptCost = { N: 16_384, r: 8, p: 5 };

const KEY_BYTES = 32;

export interface PasswordHasher {
  /** `scrypt$N$r$p$salt$key`, the last two base64url. */
  hash(password: string): Promise<string>;
  /**
   * Compares a password with a hash. Without a hash it takes the same time and says no, so that an unknown user and a
   * wrong password cannot be told apart.
   */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  /** A hash that no password has, made without the work: for a user whose password nobody was told. */
  ofNoPassword(): string;
}

const format = (cost: ScryptCost, salt: Buffer, key: Buffer): string =>
  `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;

const derive = (password: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, KEY_BYTES, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

type Stored = { readonly cost: ScryptCost; readonly salt: Buffer; readonly key: Buffer };

function parse(hash: string): Stored {
  const [scheme, N, r, p, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined)
    throw new TypeError('not a password hash');
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    key: Buffer.from(key, 'base64url'),
  };
}

/** @param cost - of new hashes, and of the work done for an unknown user. */
export function createPasswordHasher(cost: ScryptCost): PasswordHasher {
  const nobody: Stored = { cost, salt: randomBytes(16), key: randomBytes(KEY_BYTES) };
  return {
    async hash(password) {
      const salt = randomBytes(16);
      return format(cost, salt, await derive(password, salt, cost));
    },
    ofNoPassword: () => format(cost, randomBytes(16), randomBytes(KEY_BYTES)),
    async verify(password, hash) {
      const stored = hash === undefined ? nobody : parse(hash);
      const key = await derive(password, stored.salt, stored.cost);
      return timingSafeEqual(key, stored.key) && hash !== undefined;
    },
  };
}
