/** Why an operation on a system did not work; each message says what is missing, never a secret. */
export const OPERATION_ERROR_CODES = [
  'discovery_not_ready',
  'effect_not_seen',
  'engine_conflict',
  'engine_foreign',
  'gateway_changed',
  'gateway_enforces',
  'generation_failed',
  'issuer_mismatch',
  'not_allowed_yet',
  'not_settled',
  'output_missing',
  'overtaken',
  'policies_changed',
  'policy_engine_missing',
  'policy_failed',
  'promotion_locked',
  'rollout_invalid',
  'secret_missing',
  'stack_unreadable',
] as const;
export type OperationErrorCode = (typeof OPERATION_ERROR_CODES)[number];

export class OperationError extends Error {
  override readonly name = 'OperationError';
  readonly code: OperationErrorCode;

  constructor(code: OperationErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
