/**
 * Verifies AWS Signature Version 4 by signing again: AWS's own signer over exactly what the header says was signed.
 * Source: IAM user guide, reference_sigv.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { err, ok, type Result } from '@secure-agent/contracts';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Caller, Clock, Credentials, EndpointRefusal, RequestHead } from '../ports.ts';
import { parseAuthorization, type SignatureClaim } from './authorization-header.ts';
import { pickHeaders, signedRequest } from './signed-request.ts';

/** Furthest a request's date may be from ours, either way, milliseconds. AWS's own tolerance for most services. */
export const MAX_DATE_DISTANCE_MS = 5 * 60_000;

export type SigV4Options = {
  /** The name that the service signs as, for example `bedrock-agentcore`. */
  readonly service: string;
  readonly region: string;
  readonly now: Clock;
  readonly credentials: Pick<Credentials, 'find'>;
};

const refusal = (kind: EndpointRefusal['kind'], message: string): Result<never, EndpointRefusal> =>
  err({ kind, message });

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method.';
const badSignature = (message = MISMATCH) => refusal('bad_signature', message);

/** AWS wants the host and every `x-amz-` header signed: one left out could be changed on the way. */
function coversRequest({ signedHeaders }: SignatureClaim, rawHeaders: readonly string[]): boolean {
  const sent = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return ['host', ...sent.filter((name) => name.startsWith('x-amz-'))].every((name) =>
    signedHeaders.includes(name),
  );
}

/** Reads `x-amz-date` (`20260101T000000Z`), which must be on the day of the credential scope. */
function readDate(text: string | undefined, day: string): Date | undefined {
  const iso = text?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  if (iso === undefined || iso === text || !text?.startsWith(day)) return undefined;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A declared body hash must be the body's: `UNSIGNED-PAYLOAD` and streaming markers would leave it open. */
function bodyMatches(declared: string | undefined, body: Uint8Array): boolean {
  return declared === undefined || declared === createHash('sha256').update(body).digest('hex');
}

async function signatureOf(
  request: NonNullable<ReturnType<typeof signedRequest>>,
  claim: SignatureClaim,
  secretAccessKey: string,
  signingDate: Date,
): Promise<string> {
  const signer = new SignatureV4({
    service: claim.service,
    region: claim.region,
    credentials: { accessKeyId: claim.accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(request, { signingDate, signableHeaders: new Set(claim.signedHeaders) });
  return parseAuthorization(signed.headers['authorization'] ?? '')?.signature ?? '';
}

const sameText = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

/** Reads what the request says of its signature, and refuses what would leave a part of the request open. */
function readClaim(
  { rawHeaders }: RequestHead,
  { service, region }: SigV4Options,
): Result<SignatureClaim, EndpointRefusal> {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  const [authorization] = values;
  if (authorization === undefined || !authorization.startsWith('AWS4-')) {
    return refusal('unsigned', 'Missing Authentication Token');
  }
  const claim = values.length === 1 ? parseAuthorization(authorization) : undefined;
  if (claim === undefined) return badSignature('Authorization is not one AWS4-HMAC-SHA256 header.');
  if (claim.service !== service || claim.region !== region) {
    return badSignature(`Credential should be scoped to service ${service} in region ${region}.`);
  }
  return coversRequest(claim, rawHeaders)
    ? ok(claim)
    : badSignature('host, x-amz-date and every other x-amz- header of the request must be signed.');
}

/**
 * Verifies who signed a request.
 * @param body - all of it, as received.
 * @returns the caller, or `unsigned` (no SigV4 header), `expired_signature` (dated more than
 * {@link MAX_DATE_DISTANCE_MS} away) or `bad_signature` (everything else; the message does not say which key exists).
 */
export async function verifySigV4(
  head: RequestHead,
  body: Uint8Array,
  options: SigV4Options,
): Promise<Result<Caller, EndpointRefusal>> {
  const claim = readClaim(head, options);
  if (!claim.ok) return claim;
  const { accessKeyId, signedHeaders, signature } = claim.value;
  const headers = pickHeaders(head.rawHeaders, signedHeaders);
  const date = readDate(headers?.['x-amz-date'], claim.value.date);
  const request = headers && signedRequest(head, headers, body);
  if (date === undefined || request === undefined) return badSignature();
  if (Math.abs(options.now() - date.getTime()) > MAX_DATE_DISTANCE_MS) {
    return refusal(
      'expired_signature',
      'Signature expired: the request is dated more than 5 minutes from now.',
    );
  }
  const owner = options.credentials.find(accessKeyId);
  if (owner === undefined || !bodyMatches(headers?.['x-amz-content-sha256'], body)) return badSignature();
  const expected = await signatureOf(request, claim.value, owner.secretAccessKey, date);
  return sameText(expected, signature) ? ok({ arn: owner.arn, accessKeyId }) : badSignature();
}
