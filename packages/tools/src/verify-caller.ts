/**
 * Who calls: the signed statement of the request interceptor, checked before anything else is believed. Its absence is
 * refused, so a gateway that lost its interceptor can call no tool.
 */
import {
  CALLER_FIELD,
  type CallerClaims,
  checkAssertion,
  err,
  type JsonObject,
  MAX_MAC_MESSAGE_BYTES,
  ok,
  parseAssertion,
  type Result,
  type ToolErrorCode,
} from '@secure-agent/contracts';

const SHA_256_BYTES = 32;
/** The signed text, a dot, and 32 bytes in base64url. */
const MAX_ASSERTION_LENGTH = MAX_MAC_MESSAGE_BYTES + 44;

/**
 * Checks an HMAC-SHA-256 with the callers' key.
 * @returns whether the MAC belongs to the message. Rejects when that could not be found out.
 */
export type VerifyMac = (message: string, mac: Uint8Array) => Promise<boolean>;

export type CallExpectation = {
  /** The full `Target___tool` that is being called. */
  readonly tool: string;
  /** Seconds since 1970. */
  readonly now: number;
};

type CallerRefusal = Extract<ToolErrorCode, `caller_${string}`>;

/** Verifies the caller of one call. The claims come back only when form, MAC, time, tool and arguments all hold. */
export async function verifyCaller(
  args: JsonObject,
  expected: CallExpectation,
  verifyMac: VerifyMac,
): Promise<Result<CallerClaims, CallerRefusal>> {
  const text = Object.hasOwn(args, CALLER_FIELD) ? args[CALLER_FIELD] : null;
  if (text === null || text === undefined) return err('caller_missing');
  if (typeof text !== 'string' || text.length > MAX_ASSERTION_LENGTH) return err('caller_invalid');

  const parsed = parseAssertion(text);
  if (!parsed.ok) return parsed;
  const { signingInput, mac, unverifiedClaims } = parsed.value;
  if (mac.length !== SHA_256_BYTES || !(await verifyMac(signingInput, mac))) return err('caller_invalid');

  const problem = checkAssertion(unverifiedClaims, { ...expected, args });
  return problem === undefined ? ok(unverifiedClaims) : err(problem);
}
