/** The control plane's errors, in its own names. Loading a stack turns them into a LoadError. */
export type ControlErrorType =
  | 'AccessDeniedException'
  | 'ConflictException'
  | 'ResourceNotFoundException'
  | 'ValidationException';

const STATUS: Readonly<Record<ControlErrorType, number>> = {
  AccessDeniedException: 403,
  ConflictException: 409,
  ResourceNotFoundException: 404,
  ValidationException: 400,
};

export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly type: ControlErrorType;
  readonly status: number;

  constructor(type: ControlErrorType, message: string) {
    super(message);
    this.type = type;
    this.status = STATUS[type];
  }
}
