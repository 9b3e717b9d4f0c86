/** Errors of the KMS API that this service answers with (KMS API reference, Common Errors and each operation's). */
export const KMS_ERROR_TYPES = [
  'AccessDeniedException',
  'DisabledException',
  'InvalidKeyUsageException',
  'KMSInvalidMacException',
  'MissingAuthenticationTokenException',
  'NotFoundException',
  'SerializationException',
  'UnknownOperationException',
  'ValidationException',
] as const;
export type KmsErrorType = (typeof KMS_ERROR_TYPES)[number];

/** A refusal of one request. The message never holds a MAC, a message that was signed, or key material. */
export class KmsError extends Error {
  override readonly name = 'KmsError';
  readonly type: KmsErrorType;

  constructor(type: KmsErrorType, message: string) {
    super(message);
    this.type = type;
  }
}
