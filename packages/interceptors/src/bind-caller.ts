/** The signed statement of who makes one tool call. */
import {
  assertionSigningInput,
  type CallerClaims,
  EMPLOYEE_CLAIM,
  err,
  hashArguments,
  isReservedArgument,
  type JsonObject,
  joinAssertion,
  MAX_ASSERTION_SECONDS,
  MAX_MAC_MESSAGE_BYTES,
  ok,
  type Result,
  TENANT_CLAIM,
} from '@secure-agent/contracts';
import type { VerifiedToken } from '@secure-agent/jwt-authorizer';

/** HMAC-SHA-256 under the callers' key. Rejects when it cannot be made. */
export type SignMac = (message: string) => Promise<Uint8Array>;

export type Call = {
  /** The full `Target___tool`. */
  readonly tool: string;
  /** The arguments as the target will get them, without the caller. */
  readonly args: JsonObject;
  readonly requestId: string;
  /** Seconds since 1970. */
  readonly now: number;
};

/** The arguments without any name that says who is acting: the token alone does. */
export const withoutReserved = (args: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(args).filter(([name]) => !isReservedArgument(name)));

const textClaim = (token: VerifiedToken, name: string): string | undefined => {
  const value = token.claims[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The claims of a call; undefined when the token names no client or ends within this second. */
function claimsOf(token: VerifiedToken, { tool, args, requestId, now }: Call): CallerClaims | undefined {
  const iat = Math.floor(now);
  const exp = Math.min(iat + MAX_ASSERTION_SECONDS, Math.floor(token.expiresAt));
  if (token.clientId === undefined || token.clientId === '' || exp <= iat) return undefined;
  const tenant = textClaim(token, TENANT_CLAIM);
  const employeeId = textClaim(token, EMPLOYEE_CLAIM);
  return {
    iss: token.iss,
    sub: token.sub,
    scopes: [...token.scopes],
    client_id: token.clientId,
    ...(tenant === undefined ? {} : { tenant }),
    ...(employeeId === undefined ? {} : { employee_id: employeeId }),
    tool,
    args: hashArguments(args),
    rid: requestId,
    iat,
    exp,
  };
}

/**
 * Signs who makes a call: for this tool, these arguments, at most a minute, and never longer than the token lives.
 * @returns the assertion; `token` when the token is not enough for one, `size` when it is too long to sign.
 */
export async function signCaller(
  token: VerifiedToken,
  call: Call,
  sign: SignMac,
): Promise<Result<string, 'token' | 'size'>> {
  const claims = claimsOf(token, call);
  if (claims === undefined) return err('token');
  const signingInput = assertionSigningInput(claims);
  if (Buffer.byteLength(signingInput) > MAX_MAC_MESSAGE_BYTES) return err('size');
  return ok(joinAssertion(signingInput, await sign(signingInput)));
}
