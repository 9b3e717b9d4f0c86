/** A small signer of its own: node:crypto and text, nothing of the code under test and nothing of jose. */
import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

export type SigningKey = {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: JsonWebKey & { kid: string };
};

export function rsaKey(kid: string, modulusLength = 2048): SigningKey {
  const pair = generateKeyPairSync('rsa', { modulusLength });
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  return { kid, ...pair, jwk };
}

export function ecKey(kid: string): SigningKey {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' };
  return { kid, ...pair, jwk };
}

export const base64url = (data: string | Uint8Array): string => Buffer.from(data).toString('base64url');

/** Texts are used as they are, so duplicate members and broken JSON can be written. */
const text = (value: unknown): string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);

export type Signer = (input: Buffer) => Buffer;

export const rs256 =
  (key: SigningKey): Signer =>
  (input) =>
    sign('sha256', input, key.privateKey);

export const es256 =
  (key: SigningKey): Signer =>
  (input) =>
    sign('sha256', input, { key: key.privateKey, dsaEncoding: 'ieee-p1363' });

export const hs256 =
  (secret: string | Uint8Array): Signer =>
  (input) =>
    createHmac('sha256', secret).update(input).digest();

export const unsigned: Signer = () => Buffer.alloc(0);

/** A compact JWS of any header and payload, signed by any signer. */
export function forge(header: unknown, payload: unknown, signer: Signer): string {
  const input = `${base64url(text(header))}.${base64url(text(payload))}`;
  return `${input}.${base64url(signer(Buffer.from(input)))}`;
}
