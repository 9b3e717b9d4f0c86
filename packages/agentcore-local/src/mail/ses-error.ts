/** An error of an operation, in SES's own types. */
export class SesError extends Error {
  override readonly name = 'SesError';
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export const badRequest = (message: string): SesError => new SesError(400, 'BadRequestException', message);

export const alreadyExists = (message: string): SesError =>
  new SesError(400, 'AlreadyExistsException', message);

export const notFound = (message: string): SesError => new SesError(404, 'NotFoundException', message);
