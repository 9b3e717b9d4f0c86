/** What a person who writes policies, tools or calls of this package has to change. */
export const POLICY_ERROR_CODES = [
  'text_not_encodable',
  'tool_unsupported',
  'tool_duplicate',
  'policy_invalid',
  'policy_duplicate',
  'gateway_invalid',
  'schema_invalid',
] as const;
export type PolicyErrorCode = (typeof POLICY_ERROR_CODES)[number];

/**
 * Thrown while something is built: an engine, a schema, a piece of Cedar text. A decision never throws it.
 * The message names the policy or the tool; it never holds a claim, an argument or a token.
 */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
  readonly code: PolicyErrorCode;
  /** The policy this is about. */
  readonly policyId: string | undefined;

  constructor(code: PolicyErrorCode, message: string, policyId?: string) {
    super(message);
    this.code = code;
    this.policyId = policyId;
  }
}
