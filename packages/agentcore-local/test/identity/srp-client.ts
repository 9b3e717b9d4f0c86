/** The client half of Cognito's SRP, written from RFC 5054 and RFC 5869 alone: it shares no line with what it tests. */
import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes } from 'node:crypto';

const PRIME = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const TIMESTAMP = 'Fri Jan 2 03:04:05 UTC 2026';

function modPow(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n) return 1n;
  const half = modPow((base * base) % PRIME, exponent / 2n);
  return exponent % 2n === 1n ? (half * base) % PRIME : half;
}

/** Two's complement, big-endian, as Java's BigInteger has it. */
function signed(value: bigint): Buffer {
  const hex = value.toString(16);
  const even = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Buffer.from(Number.parseInt(even.charAt(0), 16) > 7 ? `00${even}` : even, 'hex');
}

const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
const number = (data: Buffer): bigint => BigInt(`0x${data.toString('hex')}`);

export type ChallengeParameters = {
  readonly SALT: string;
  readonly SRP_B: string;
  readonly SECRET_BLOCK: string;
  readonly USER_ID_FOR_SRP: string;
};

/** One sign-in. `publicA` goes into InitiateAuth, the answer into RespondToAuthChallenge. */
export function srpClient(poolId: string) {
  const poolName = poolId.split('_')[1] ?? '';
  const secret = number(randomBytes(128));
  const publicA = modPow(2n, secret);
  return {
    publicA: publicA.toString(16),
    answer(given: ChallengeParameters, password: string): Record<string, string> {
      const [salt, publicB] = [BigInt(`0x${given.SALT}`), BigInt(`0x${given.SRP_B}`)];
      const identity = sha256(Buffer.from(`${poolName}${given.USER_ID_FOR_SRP}:${password}`));
      const x = number(sha256(Buffer.concat([signed(salt), identity])));
      const k = number(sha256(Buffer.concat([signed(PRIME), signed(2n)])));
      const u = number(sha256(Buffer.concat([signed(publicA), signed(publicB)])));
      const base = (((publicB - k * modPow(2n, x)) % PRIME) + PRIME) % PRIME;
      const premaster = modPow(base, secret + u * x);
      const key = hkdfSync('sha256', signed(premaster), signed(u), 'Caldera Derived Key', 16);
      const signature = createHmac('sha256', Buffer.from(key))
        .update(`${poolName}${given.USER_ID_FOR_SRP}`)
        .update(Buffer.from(given.SECRET_BLOCK, 'base64'))
        .update(TIMESTAMP);
      return {
        USERNAME: given.USER_ID_FOR_SRP,
        PASSWORD_CLAIM_SECRET_BLOCK: given.SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: signature.digest('base64'),
        TIMESTAMP,
      };
    },
  };
}
