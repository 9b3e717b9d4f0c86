/** Identifiers and secrets in the forms that Cognito gives them, and the comparison of secrets. */
import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';
const MIXED = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

const draw = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

/** `us-east-1_Ab3dE5gH9` */
export const newPoolId = (region: string): string => `${region}_${draw(MIXED, 9)}`;

/** 26 lower-case letters and digits. */
export const newClientId = (): string => draw(LOWER, 26);

/** 52 lower-case letters and digits: about 268 bits. */
export const newClientSecret = (): string => draw(LOWER, 52);

/** A secret nobody can guess: 256 bits, base64url. For refresh tokens, challenge sessions and codes. */
export const newOpaqueToken = (): string => randomBytes(32).toString('base64url');

/** How an opaque token is kept: SHA-256 is enough for 256 random bits. */
export const hashOpaqueToken = (token: string): string =>
  createHash('sha256').update(token, 'utf8').digest('base64url');

/** Compares secrets in a time that depends on neither's content nor length. */
export const equalSecrets = (given: string, expected: string): boolean =>
  timingSafeEqual(
    createHash('sha256').update(given, 'utf8').digest(),
    createHash('sha256').update(expected, 'utf8').digest(),
  );

/** Cognito's SECRET_HASH: base64 of HMAC-SHA-256 under the client secret of user name and client id. */
export const secretHash = (clientSecret: string, username: string, clientId: string): string =>
  createHmac('sha256', clientSecret).update(`${username}${clientId}`, 'utf8').digest('base64');
