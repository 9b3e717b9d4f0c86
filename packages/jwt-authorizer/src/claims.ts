/** The claims every token must have, whatever is configured (RFC 7519 section 4.1). Runs after the signature check. */
import { type JsonObject, ok, type Result } from '@secure-agent/contracts';
import { stringMember } from './json-object.ts';
import { type Refusal, refuse } from './refusal.ts';
import { scopesOf } from './scopes.ts';

/** Tolerance between the issuer's clock and ours, seconds. One constant for every layer; zero is the strict choice. */
export const CLOCK_SKEW_SECONDS = 0;

/** Longest life of an accepted token, seconds: Cognito's own limit for access tokens. */
export const MAX_TOKEN_SECONDS = 24 * 60 * 60;

/** OpenID Connect Core 1.0 section 2: at most 255 characters. */
export const MAX_SUBJECT_LENGTH = 255;

/** Who a verified token speaks for. The token itself is not in it. */
export type VerifiedToken = {
  readonly iss: string;
  readonly sub: string;
  /** `client_id`, where the issuer puts one. */
  readonly clientId?: string;
  /** Whole scopes, in the token's order. */
  readonly scopes: readonly string[];
  /** All claims: frozen, without prototypes, so a member that is there was signed. */
  readonly claims: JsonObject;
  /** `exp`, seconds since 1970. */
  readonly expiresAt: number;
};

type TimeClaims = {
  readonly exp: number;
  readonly nbf: number | undefined;
  readonly iat: number | undefined;
};

function readTimes(claims: JsonObject): Result<TimeClaims, Refusal> {
  const { exp, nbf, iat } = claims;
  if (exp === undefined) return refuse('expired', 'claim exp');
  if (typeof exp !== 'number') return refuse('malformed_claim', 'claim exp');
  if (nbf !== undefined && typeof nbf !== 'number') return refuse('malformed_claim', 'claim nbf');
  if (iat !== undefined && typeof iat !== 'number') return refuse('malformed_claim', 'claim iat');
  return ok({ exp, nbf, iat });
}

/**
 * Checks `exp`, `nbf` and `iat`.
 * @param now - seconds since 1970, with its fraction: a token ends at `exp`, not in the second after it.
 * @returns `exp`.
 */
export function checkTime(claims: JsonObject, now: number): Result<number, Refusal> {
  const times = readTimes(claims);
  if (!times.ok) return times;
  const { exp, nbf, iat } = times.value;
  if (exp <= now - CLOCK_SKEW_SECONDS) return refuse('expired', 'claim exp');
  if (nbf !== undefined && nbf > now + CLOCK_SKEW_SECONDS) return refuse('not_yet_valid', 'claim nbf');
  if (iat !== undefined && iat > now + CLOCK_SKEW_SECONDS) return refuse('not_yet_valid', 'claim iat');
  return exp > (iat ?? now) + MAX_TOKEN_SECONDS ? refuse('lifetime_too_long', 'claim exp') : ok(exp);
}

/** A subject is a key, a log field and a policy principal: one line of well-formed text. */
function checkSubject(claims: JsonObject): Result<string, Refusal> {
  const { sub } = claims;
  if (sub === undefined || sub === '') return refuse('subject_missing', 'claim sub');
  const wellFormed = typeof sub === 'string' && sub.isWellFormed() && !/\p{Cc}/u.test(sub);
  return wellFormed && sub.length <= MAX_SUBJECT_LENGTH ? ok(sub) : refuse('malformed_claim', 'claim sub');
}

/**
 * Turns the claims of a verified signature into an identity.
 * @param issuer - the issuer whose key made the signature.
 * @param now - seconds since 1970.
 */
export function readIdentity(
  claims: JsonObject,
  issuer: string,
  now: number,
): Result<VerifiedToken, Refusal> {
  if (claims['iss'] !== issuer) return refuse('issuer_mismatch', 'claim iss');
  const time = checkTime(claims, now);
  if (!time.ok) return time;
  const subject = checkSubject(claims);
  if (!subject.ok) return subject;
  if (claims['cnf'] !== undefined) return refuse('sender_constrained', 'claim cnf');
  const clientId = stringMember(claims, 'client_id');
  return ok(
    Object.freeze({
      iss: issuer,
      sub: subject.value,
      ...(clientId === undefined ? {} : { clientId }),
      scopes: scopesOf(claims),
      claims,
      expiresAt: time.value,
    }),
  );
}
