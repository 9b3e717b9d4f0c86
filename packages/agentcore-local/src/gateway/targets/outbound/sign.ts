/** Signs a request with AWS Signature Version 4, by AWS's own signer. Source: IAM user guide, reference_sigv. */
import { Sha256 } from '@aws-crypto/sha256-js';
import type { AccessKey } from '@secure-agent/contracts';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { OutboundRequest } from './outbound-request.ts';

export type SigningScope = {
  readonly service: string;
  readonly region: string;
  readonly key: AccessKey;
  /** Milliseconds since 1970. */
  readonly now: number;
};

function queryOf({ query }: OutboundRequest): Record<string, string | string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of query) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

/** The request with `authorization`, `x-amz-date` and `x-amz-content-sha256`; every header that it has is signed. */
export async function signRequest(request: OutboundRequest, scope: SigningScope): Promise<OutboundRequest> {
  const { service, region, key, now } = scope;
  const signer = new SignatureV4({ service, region, credentials: key, sha256: Sha256 });
  const url = new URL(request.origin);
  const signed = await signer.sign(
    new HttpRequest({
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: request.path,
      query: queryOf(request),
      headers: { ...request.headers, host: url.host },
      ...(request.body === undefined ? {} : { body: request.body }),
    }),
    { signingDate: new Date(now) },
  );
  // The host is the address's own: the HTTP client writes it.
  const { host: _host, ...headers } = signed.headers;
  return { ...request, headers };
}
