/**
 * The signed statement of who called a tool. The request interceptor writes it after verifying the token; the tool
 * checks it. A Lambda cannot see who invoked it: IAM is the outer layer, this is the inner one.
 *
 * Form: `v1.<base64url(payload JSON)>.<base64url(HMAC-SHA-256 of "v1.<payload>")>`. The MAC is made and checked by KMS
 * (GenerateMac, VerifyMac), so neither side holds the key.
 */
import { z } from 'zod';
import { hashJson, type Json } from './canonical-json.ts';
import { err, ok, type Result } from './result.ts';
import { CALLER_FIELD } from './tool-definition.ts';

const VERSION = 'v1';

/** Longest life of an assertion, in seconds. */
export const MAX_ASSERTION_SECONDS = 60;

/** Most bytes that KMS GenerateMac signs in one call. */
export const MAX_MAC_MESSAGE_BYTES = 4096;

export const callerClaims = z.strictObject({
  iss: z.string().min(1),
  sub: z.string().min(1),
  /** Whole scopes, as the token lists them. */
  scopes: z.array(z.string().min(1)),
  client_id: z.string().min(1),
  tenant: z.string().min(1).optional(),
  employee_id: z.string().min(1).optional(),
  /** The full `Target___tool` this assertion is good for, and no other. */
  tool: z.string().min(1),
  /** {@link hashArguments} of the arguments it is good for. */
  args: z.string().min(1),
  /** The request it was made for. */
  rid: z.string().min(1),
  /** Seconds since 1970. */
  iat: z.number().int(),
  exp: z.number().int(),
});

export type CallerClaims = z.infer<typeof callerClaims>;

/** Hash of a tool's arguments without the caller field: binds an assertion to exactly one call. */
export function hashArguments(args: Readonly<Record<string, Json>>): string {
  const { [CALLER_FIELD]: _caller, ...rest } = args;
  return hashJson(rest);
}

/** The text that is signed. */
export const assertionSigningInput = (claims: CallerClaims): string =>
  `${VERSION}.${Buffer.from(JSON.stringify(claims), 'utf8').toString('base64url')}`;

/** Joins the signed text and its MAC. */
export const joinAssertion = (signingInput: string, mac: Uint8Array): string =>
  `${signingInput}.${Buffer.from(mac).toString('base64url')}`;

export type ParsedAssertion = {
  readonly signingInput: string;
  readonly mac: Uint8Array;
  /** Not to be believed until the MAC is verified. */
  readonly unverifiedClaims: CallerClaims;
};

/** Splits an assertion. Checks its form only: neither MAC, nor time, nor tool, nor arguments. */
export function parseAssertion(text: string): Result<ParsedAssertion, 'caller_invalid'> {
  const [version, payload, mac, ...rest] = text.split('.');
  if (version !== VERSION || !payload || !mac || rest.length > 0) return err('caller_invalid');
  try {
    const claims = callerClaims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return ok({
      signingInput: `${version}.${payload}`,
      mac: Buffer.from(mac, 'base64url'),
      unverifiedClaims: claims,
    });
  } catch {
    return err('caller_invalid');
  }
}

/** What a verified assertion must match. `now` is seconds since 1970. */
export type AssertionExpectation = {
  readonly tool: string;
  readonly args: Readonly<Record<string, Json>>;
  readonly now: number;
};

/** The checks that follow a verified MAC: time, life, tool, arguments. Undefined means it holds. */
export function checkAssertion(
  claims: CallerClaims,
  expected: AssertionExpectation,
): 'caller_expired' | 'caller_mismatch' | undefined {
  if (claims.exp <= expected.now || claims.iat > expected.now + 5) return 'caller_expired';
  if (claims.exp - claims.iat > MAX_ASSERTION_SECONDS) return 'caller_expired';
  if (claims.tool !== expected.tool) return 'caller_mismatch';
  return claims.args === hashArguments(expected.args) ? undefined : 'caller_mismatch';
}
