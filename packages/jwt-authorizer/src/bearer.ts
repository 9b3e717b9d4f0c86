/** The one parser of `Authorization`, for every layer: two parsers that disagree are a way around both. */
import { ok, type Result } from '@secure-agent/contracts';
import { type Refusal, refuse } from './refusal.ts';

/** RFC 6750 section 2.1: the b64token after exactly one space. The scheme's case is free (RFC 9110 section 11.1). */
const BEARER = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;
const BEARER_SCHEME = /^bearer(?![A-Za-z0-9!#$%&'*+.^_`|~-])/i;
const EMPTY_BEARER = /^bearer ?$/i;
const SIGV4_SCHEME = /^aws4-hmac-sha256(?![A-Za-z0-9-])/i;

/**
 * The bearer token of one header value, for adapters that are given only that (a Lambda event, a parsed header map).
 * @param value - the value of `Authorization`; undefined when the request had none.
 * @returns the token as sent, or `missing_token` (no header, another scheme), `method_mismatch` (an AWS signature) or
 * `malformed_token`.
 */
export function extractBearerFromHeader(value: string | undefined): Result<string, Refusal> {
  if (value === undefined) return refuse('missing_token');
  if (SIGV4_SCHEME.test(value)) return refuse('method_mismatch');
  if (!BEARER_SCHEME.test(value)) return refuse('missing_token');
  const token = BEARER.exec(value)?.[1];
  if (token !== undefined) return ok(token);
  return refuse('malformed_token', EMPTY_BEARER.test(value) ? 'unparsable' : 'credentials');
}

/**
 * The bearer token of a request.
 * @param rawHeaders - names and values alternating, as Node's `IncomingMessage.rawHeaders`. Not `headers`: there Node
 * has already dropped all but the first `Authorization`.
 * @returns as {@link extractBearerFromHeader}, or `duplicate_header`: of two credentials none is picked.
 */
export function extractBearer(rawHeaders: readonly string[]): Result<string, Refusal> {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'authorization',
  );
  return values.length > 1 ? refuse('duplicate_header') : extractBearerFromHeader(values[0]);
}
