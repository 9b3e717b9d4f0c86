/** The control plane's errors, in its own names. Loading a stack turns them into a LoadError. */
export type ControlErrorType = 'ValidationException' | 'ResourceNotFoundException' | 'ConflictException';

const STATUS: Readonly<Record<ControlErrorType, number>> = {
  ValidationException: 400,
  ResourceNotFoundException: 404,
  ConflictException: 409,
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
