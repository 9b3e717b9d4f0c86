/** An error of an operation, in Lambda's own types. The message never holds a path or a secret. */
export class LambdaError extends Error {
  override readonly name = 'LambdaError';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export const invalid = (message: string): LambdaError =>
  new LambdaError(400, 'InvalidParameterValueException', message);

export const notFound = (message: string): LambdaError =>
  new LambdaError(404, 'ResourceNotFoundException', message);

export const conflict = (message: string): LambdaError =>
  new LambdaError(409, 'ResourceConflictException', message);
