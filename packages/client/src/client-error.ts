/** Why a command of a person at a terminal did not work; each message says what to do next. */
export const CLIENT_ERROR_CODES = [
  'no_system',
  'other_provider',
  'unknown_person',
  'unknown_machine',
  'sign_in_failed',
  'challenge_unsupported',
  'unreachable',
  'refused',
  'bad_answer',
] as const;
export type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number];

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
