/**
 * The attacker's signer: node:crypto and text. Nothing of the product and nothing of jose, so that a mistake of theirs is
 * not repeated here. Header and claims may be raw text: duplicate members and broken JSON can be written.
 */
import {
  constants,
  createHmac,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export type SigningKey = {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As an issuer publishes it. */
  readonly jwk: Readonly<JsonWebKey & { kid: string; use: string; alg: string }>;
};

export async function rsaKey(kid: string, modulusLength = 2048): Promise<SigningKey> {
  const pair = await generate('rsa', { modulusLength });
  return {
    kid,
    ...pair,
    jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' },
  };
}

export async function ecKey(kid: string): Promise<SigningKey> {
  const pair = await generate('ec', { namedCurve: 'P-256' });
  return {
    kid,
    ...pair,
    jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' },
  };
}

export type Signer = (input: Buffer) => Buffer;

const rsa =
  (hash: string, options: Omit<SignKeyObjectInput, 'key'> = {}) =>
  ({ privateKey }: SigningKey): Signer =>
  (input) =>
    sign(hash, input, { key: privateKey, ...options });

export const rs256 = rsa('sha256');
export const rs384 = rsa('sha384');
export const rs512 = rsa('sha512');
export const ps256 = rsa('sha256', { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
export const es256 = rsa('sha256', { dsaEncoding: 'ieee-p1363' });

export const hs256 =
  (secret: string | Uint8Array): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();

export const unsigned: Signer = () => Buffer.alloc(0);

export const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

const bytes = (value: unknown): string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);

/** A compact JWS. Text and bytes are signed as they are; anything else as JSON. */
export function mint(header: unknown, claims: unknown, signer: Signer): string {
  const input = `${base64url(bytes(header))}.${base64url(bytes(claims))}`;
  return `${input}.${base64url(signer(Buffer.from(input)))}`;
}

/** The three parts of a token. */
export function partsOf(token: string): readonly [header: string, payload: string, signature: string] {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return [header, payload, signature];
}
