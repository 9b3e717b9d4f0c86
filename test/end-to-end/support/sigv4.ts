/** Signs a request from the text of the specification alone, so that each part can be made wrong on purpose. */
import { createHash, createHmac } from 'node:crypto';
import type { AccessKey } from '@secure-agent/contracts';
import type { Sent } from './http.ts';

export type Signing = {
  readonly key: AccessKey;
  /** `dynamodb`, `kms`, … */
  readonly service: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now?: number;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** `20260101T000000Z` */
const amzDate = (now: number): string => new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');

/** A request whose body is a text. */
export type Draft = Sent & { readonly body: string };

/**
 * The draft with `x-amz-date` and `Authorization` (AWS Signature Version 4, header form, every header signed).
 * Source: IAM user guide, reference_sigv-create-signed-request.
 */
export function signed(draft: Draft, { key, service, region, now = Date.now() }: Signing): Draft {
  const date = amzDate(now);
  const headers: Readonly<Record<string, string>> = { ...draft.headers, 'x-amz-date': date };
  const names = Object.keys(headers).toSorted();
  const [path = '/', query = ''] = draft.path.split('?');
  const canonical = [
    draft.method,
    path.replaceAll('%', '%25'),
    query.split('&').toSorted().join('&'),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    sha256(draft.body),
  ].join('\n');
  const scope = [date.slice(0, 8), region, service, 'aws4_request'];
  const secret = scope.reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  const text = ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical)].join('\n');
  const credential = `${key.accessKeyId}/${scope.join('/')}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${hmac(secret, text).toString('hex')}`;
  return { ...draft, headers: { ...headers, authorization } };
}
