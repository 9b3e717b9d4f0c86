/** Signatures for the OTLP endpoints of CloudWatch, by the role that the agent runs as. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** Headers of a signed request with this body. */
export type Sign = (
  url: URL,
  headers: Record<string, string>,
  body: Uint8Array,
) => Promise<Record<string, string>>;

/** `xray.{region}.amazonaws.com`: the service that signs is the first label. */
const AWS_HOST = /^(?<service>xray|monitoring)\.(?<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/**
 * A signer for an address of CloudWatch; undefined for any other, which gets no signature.
 * Source: CloudWatch user guide, OTLP endpoints.
 */
export function signerFor({ hostname }: URL): Sign | undefined {
  const { service, region } = AWS_HOST.exec(hostname)?.groups ?? {};
  if (service === undefined || region === undefined) return undefined;
  const signer = new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256 });
  return async (url, headers, body) => {
    const request = new HttpRequest({
      ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path: url.pathname, body },
      headers: { ...headers, host: url.host },
    });
    return (await signer.sign(request)).headers;
  };
}
