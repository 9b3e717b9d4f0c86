/** A signer of its own, from the specification's text and node:crypto: none of the code under test. */
import { createHash, createHmac } from 'node:crypto';
import type { RequestHead } from '../../src/ports.ts';

export type Draft = {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  /** Names as sent, values as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

export type Signing = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly service: string;
  readonly region: string;
  /** YYYYMMDDTHHMMSSZ; its day is the scope's. */
  readonly date: string;
  /** Day of the credential scope, where it is to differ. */
  readonly day?: string;
  /** Lower-case, sorted; all headers unless told. */
  readonly signedHeaders?: readonly string[];
  /** Text in the place of the body's hash, where it is to differ. */
  readonly payloadHash?: string;
};

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** The value of `Authorization` for a draft. The path must be one that encoding leaves alone, but for percent signs. */
export function signatureHeader(draft: Draft, signing: Signing): string {
  const { secretAccessKey, accessKeyId, service, region, date, day = date.slice(0, 8) } = signing;
  const names = signing.signedHeaders ?? draft.headers.map(([name]) => name.toLowerCase()).sort();
  const headerValue = (name: string) =>
    draft.headers.find(([sent]) => sent.toLowerCase() === name)?.[1] ?? '';
  const canonical = [
    draft.method,
    draft.path.replaceAll('%', '%25'),
    draft.search.split('&').sort().join('&'),
    ...names.map((name) => `${name}:${headerValue(name)}`),
    '',
    names.join(';'),
    signing.payloadHash ?? sha256(draft.body),
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
}

/** What a server would see of the draft. */
export const headOf = (draft: Draft, ...extra: readonly (readonly [string, string])[]): RequestHead => ({
  method: draft.method,
  path: draft.path,
  search: draft.search,
  headers: {},
  rawHeaders: [...draft.headers, ...extra].flat(),
});
