/** Why an operation on a system did not work; each message says what is missing, never a secret. */
export const OPERATION_ERROR_CODES = [
  'discovery_not_ready',
  'issuer_mismatch',
  'not_allowed_yet',
  'output_missing',
  'policy_engine_missing',
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
