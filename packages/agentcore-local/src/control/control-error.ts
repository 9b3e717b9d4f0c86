/** The control plane's errors, in its own names. Loading a stack turns them into a LoadError. */
export type ControlErrorType =
  | 'AccessDeniedException'
  | 'ConflictException'
  | 'ResourceNotFoundException'
  | 'UnknownOperationException'
  | 'UnsupportedOperationException'
  | 'ValidationException';

const STATUS: Readonly<Record<ControlErrorType, number>> = {
  AccessDeniedException: 403,
  ConflictException: 409,
  ResourceNotFoundException: 404,
  UnknownOperationException: 404,
  UnsupportedOperationException: 501,
  ValidationException: 400,
};

/** What a ValidationException says beside its message (SDK: ValidationExceptionReason, ValidationExceptionField). */
export type ValidationDetail = {
  readonly reason: 'CannotParse' | 'FieldValidationFailed' | 'IdempotentParameterMismatchException';
  readonly fieldList?: readonly { readonly name: string; readonly message: string }[];
};

export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly type: ControlErrorType;
  readonly status: number;
  readonly detail: ValidationDetail | undefined;

  /** @param detail - of a ValidationException; without one it is about a field's value. */
  constructor(type: ControlErrorType, message: string, detail?: ValidationDetail) {
    super(message);
    this.type = type;
    this.status = STATUS[type];
    this.detail =
      type === 'ValidationException' ? (detail ?? { reason: 'FieldValidationFailed' }) : undefined;
  }
}

export const invalid = (message: string): ControlError => new ControlError('ValidationException', message);
export const conflict = (message: string): ControlError => new ControlError('ConflictException', message);
export const notFound = (what: string): ControlError =>
  new ControlError('ResourceNotFoundException', `${what} not found`);
