/** Which keys of a JWK set may verify a token (RFC 7517). */
import type { Json, JsonObject } from '@secure-agent/contracts';
import { type CryptoKey, importJWK } from 'jose';
import { ALGORITHM } from './compact-jws.ts';
import { stringMember } from './json-object.ts';

/** RFC 7518 section 3.3. */
export const MIN_RSA_BITS = 2048;

/** Key id to public key. */
export type VerificationKeys = ReadonlyMap<string, CryptoKey>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function modulusBits(n: string): number {
  const hex = Buffer.from(n, 'base64url').toString('hex').replace(/^0+/, '');
  return hex === '' ? 0 : hex.length * 4 - Math.clz32(Number.parseInt(hex.charAt(0), 16)) + 28;
}

/** A key that says it is for something else (encryption, another algorithm, signing only) is not used. */
function mayVerify(jwk: JsonObject): boolean {
  const operations = jwk['key_ops'];
  return (
    jwk['kty'] === 'RSA' &&
    (jwk['use'] === undefined || jwk['use'] === 'sig') &&
    (jwk['alg'] === undefined || jwk['alg'] === ALGORITHM) &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  );
}

async function importKey(jwk: Json): Promise<{ kid: string; key: CryptoKey } | undefined> {
  if (!isObject(jwk) || !mayVerify(jwk)) return undefined;
  const kid = stringMember(jwk, 'kid');
  const n = stringMember(jwk, 'n');
  const e = stringMember(jwk, 'e');
  if (!kid || !n || !e || modulusBits(n) < MIN_RSA_BITS) return undefined;
  try {
    const key = await importJWK({ kty: 'RSA', n, e }, ALGORITHM);
    return key instanceof Uint8Array ? undefined : { kid, key };
  } catch {
    return undefined;
  }
}

/**
 * Imports the RSA verification keys of a set. What cannot verify RS256 is left out; of two keys with one id, both are:
 * neither is picked.
 * @returns undefined when the document is not a JWK set.
 */
export async function importKeys(document: JsonObject): Promise<VerificationKeys | undefined> {
  const members = document['keys'];
  if (!Array.isArray(members)) return undefined;
  const imported = (await Promise.all(members.map(importKey))).filter((entry) => entry !== undefined);
  const seen = Map.groupBy(imported, ({ kid }) => kid);
  return new Map(imported.filter(({ kid }) => seen.get(kid)?.length === 1).map(({ kid, key }) => [kid, key]));
}
