/** Why a request has no identity. The reason is for the operator's log; the wire says what `challenge.ts` says. */
import { err, type Result } from '@secure-agent/contracts';

/** Every reason, in the order in which the checks run. */
export const REFUSAL_REASONS = [
  'missing_token',
  'duplicate_header',
  /** An AWS signature where the door takes bearer tokens. */
  'method_mismatch',
  'too_large',
  'malformed_token',
  /** Any `alg` but RS256. */
  'algorithm',
  /** `typ` names another kind of token, for example `logout+jwt`. */
  'token_type',
  'unknown_key',
  /** Neither fetched nor cached. Nothing is accepted until they are. */
  'keys_unavailable',
  'signature',
  'issuer_mismatch',
  'expired',
  'not_yet_valid',
  /** Valid for longer than any token of ours may be. */
  'lifetime_too_long',
  'malformed_claim',
  'subject_missing',
  /** `cnf` binds the token to a key (RFC 7800); a bearer proves no possession of it. */
  'sender_constrained',
  'audience_mismatch',
  'client_mismatch',
  'claim_mismatch',
  'insufficient_scope',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Which part it was. Never a value out of the token. */
export type RefusalDetail =
  /** The header is not one scheme, one space and one token. */
  | 'credentials'
  /** Not a compact JWS with a JSON header: an opaque token, an encrypted one, or noise. */
  | 'unparsable'
  /** `crit` asks for an extension; none is supported (RFC 7515 section 4.1.11). */
  | 'critical_header'
  /** The payload is not one JSON object. */
  | 'payload'
  /** No answer, a redirect, a status other than 200, or a body over the limit. */
  | 'fetch'
  | 'discovery_document'
  /** `jwks_uri` is on another origin than the issuer. */
  | 'jwks_origin'
  | 'jwks_document'
  | `claim ${string}`;

export type Refusal = { readonly reason: RefusalReason; readonly detail?: RefusalDetail };

/** A refused {@link Result}. */
export const refuse = (reason: RefusalReason, detail?: RefusalDetail): Result<never, Refusal> =>
  err(detail === undefined ? { reason } : { reason, detail });
