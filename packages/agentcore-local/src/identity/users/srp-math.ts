/**
 * The arithmetic of SRP-6a as Cognito has it: the 3072-bit group, SHA-256, and a key of 16 bytes from HKDF.
 * Source: RFC 5054 section 2 (protocol) and appendix A (the group; RFC 3526 group 15 has the same prime, with 2 as
 * generator); RFC 5869 (HKDF). Encoding, info text and signed message: as AWS's own clients compute them.
 */
import { createHash, createHmac, getDiffieHellman } from 'node:crypto';

/** The prime. */
export const N = BigInt(`0x${getDiffieHellman('modp15').getPrime('hex')}`);
const G = 2n;

/** Bytes of a number of the group. */
export const GROUP_BYTES = 384;

/** `base ** exponent mod N`. Not in constant time: exponents here are used once, or belong to this machine's user. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % N;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % N;
    square = (square * square) % N;
  }
  return result;
}

/** Bytes of a number as Java's BigInteger writes them: a leading zero where the first bit is set. */
export function bytesOf(value: bigint): Buffer {
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex');
}

export const hexOf = (value: bigint): string => value.toString(16);

const hash = (...parts: readonly (Buffer | string)[]): Buffer => {
  const sha = createHash('sha256');
  for (const part of parts) sha.update(part);
  return sha.digest();
};

const numberOf = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

/** The multiplier, `H(N | g)`. */
const K = numberOf(hash(bytesOf(N), bytesOf(G)));

/** Reads a number in hexadecimal; undefined for anything else, or one that is too long. */
export const parseHex = (text: string): bigint | undefined =>
  /^[0-9a-fA-F]{1,770}$/.test(text) ? BigInt(`0x${text}`) : undefined;

/** Whom a verifier is for: the part of the pool id after the underscore, and the `USER_ID_FOR_SRP`. */
export type SrpIdentity = { readonly poolName: string; readonly userId: string };

/** What a password leaves behind: `g ** H(salt | H(pool user ":" password))`. */
export function verifierOf({ poolName, userId }: SrpIdentity, salt: bigint, password: string): bigint {
  const inner = hash(`${poolName}${userId}:${password}`);
  return power(G, numberOf(hash(bytesOf(salt), inner)));
}

/** The server's public number, `k v + g ** b`. */
export const publicNumber = (verifier: bigint, secret: bigint): bigint =>
  (K * verifier + power(G, secret)) % N;

const INFO = Buffer.concat([Buffer.from('Caldera Derived Key', 'utf8'), Buffer.from([1])]);

export type Exchange = {
  readonly verifier: bigint;
  /** The server's secret number, `b`. */
  readonly secret: bigint;
  readonly clientPublic: bigint;
  readonly serverPublic: bigint;
};

/** The key that both sides have when the password was right. */
export function sharedKey({ verifier, secret, clientPublic, serverPublic }: Exchange): Buffer {
  const u = numberOf(hash(bytesOf(clientPublic), bytesOf(serverPublic)));
  const premaster = power((clientPublic * power(verifier, u)) % N, secret);
  const extracted = createHmac('sha256', bytesOf(u)).update(bytesOf(premaster)).digest();
  return createHmac('sha256', extracted).update(INFO).digest().subarray(0, 16);
}

/** What the client signs with the key. */
export const claimSignature = (
  key: Buffer,
  { poolName, userId }: SrpIdentity,
  secretBlock: Buffer,
  timestamp: string,
): string =>
  createHmac('sha256', key)
    .update(`${poolName}${userId}`, 'utf8')
    .update(secretBlock)
    .update(timestamp, 'utf8')
    .digest('base64');
