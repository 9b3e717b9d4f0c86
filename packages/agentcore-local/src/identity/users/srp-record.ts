/**
 * The SRP verifier that is kept beside a password's scrypt hash. It is cheaper to guess against than the hash, so it is
 * kept only in pools where a client may use SRP, and like the hash only in a file of mode 0600. A user whose password
 * was set before that has none: it is made when the password is next set, or next typed in.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IdentityContext } from '../context.ts';
import type { Client, Pool, SrpRecord, User } from '../store/records.ts';
import { hasSignInAliases } from './aliases.ts';
import { GROUP_BYTES, hexOf, N, parseHex, type SrpIdentity, verifierOf } from './srp-math.ts';
import { canonicalUsername } from './users.ts';

const SALT_BYTES = 16;

/** AWS's default where the client has no list: SRP is on. */
export const allowsSrp = (client: Client): boolean =>
  client.settings.ExplicitAuthFlows?.includes('ALLOW_USER_SRP_AUTH') ?? true;

const poolUsesSrp = (context: IdentityContext, pool: Pool): boolean =>
  context.store.clients.find((client) => client.poolId === pool.id && allowsSrp(client)) !== undefined;

const poolNameOf = (pool: Pool): string => pool.id.slice(pool.id.indexOf('_') + 1);

type Named = Pick<User, 'username' | 'sub'>;

/** In a pool with aliases it is the subject: a name that was not typed must not tell whose address was. */
const userIdOf = (pool: Pool, user: Named): string => (hasSignInAliases(pool) ? user.sub : user.username);

const numberFrom = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** @returns undefined in a pool where nobody can use it. */
export function srpRecord(
  context: IdentityContext,
  pool: Pool,
  user: Named,
  password: string,
): SrpRecord | undefined {
  if (!poolUsesSrp(context, pool)) return undefined;
  const identity: SrpIdentity = { poolName: poolNameOf(pool), userId: userIdOf(pool, user) };
  const salt = numberFrom(randomBytes(SALT_BYTES));
  return {
    salt: hexOf(salt),
    verifier: hexOf(verifierOf(identity, salt, password)),
    userId: identity.userId,
  };
}

/** What a challenge is made of. */
export type SrpSubject = {
  readonly identity: SrpIdentity;
  readonly salt: string;
  readonly verifier: bigint;
};

/** The subject of a user who has a verifier. */
export const realSubject = (pool: Pool, record: SrpRecord): SrpSubject => ({
  identity: { poolName: poolNameOf(pool), userId: record.userId },
  salt: record.salt,
  verifier: parseHex(record.verifier) ?? 0n,
});

function keyOf(context: IdentityContext, pool: Pool): string {
  const kept = context.store.pools.find(({ id }) => id === pool.id)?.simulationKey;
  if (kept !== undefined) return kept;
  // A pool of an older state has none yet.
  const simulationKey = randomBytes(32).toString('base64url');
  context.store.pools.change(
    ({ id }) => id === pool.id,
    (entry) => ({ ...entry, simulationKey }),
  );
  return simulationKey;
}

/** Bytes that belong to a name for good: the same name gets the same answer every time, and after a restart. */
export const simulated = (
  context: IdentityContext,
  pool: Pool,
  purpose: string,
  name: string,
  length: number,
): Buffer => {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
    createHmac('sha256', keyOf(context, pool))
      .update(JSON.stringify([purpose, block, canonicalUsername(pool, name)]), 'utf8')
      .digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
};

/** A UUID of version 4 made of 16 bytes. */
function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  const variant = '89ab'.charAt(bytes.readUInt8(8) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The subject of somebody who does not exist, or has no verifier: no password fits it. RFC 5054 section 2.5.1.3. */
export const simulatedSubject = (context: IdentityContext, pool: Pool, name: string): SrpSubject => ({
  identity: {
    poolName: poolNameOf(pool),
    userId: hasSignInAliases(pool)
      ? uuidOf(simulated(context, pool, 'sub', name, 16))
      : canonicalUsername(pool, name),
  },
  salt: hexOf(numberFrom(simulated(context, pool, 'salt', name, SALT_BYTES))),
  verifier: numberFrom(simulated(context, pool, 'verifier', name, GROUP_BYTES)) % N,
});
