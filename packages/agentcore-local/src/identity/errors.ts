/** How the user pool refuses. Codes are those of the Cognito user pools API. */

export const COGNITO_ERROR_CODES = [
  'AliasExistsException',
  'CodeDeliveryFailureException',
  'CodeMismatchException',
  'ExpiredCodeException',
  'GroupExistsException',
  'InvalidLambdaResponseException',
  'InvalidParameterException',
  'InvalidPasswordException',
  'MissingAuthenticationTokenException',
  'NotAuthorizedException',
  'PasswordResetRequiredException',
  'ResourceNotFoundException',
  'SerializationException',
  'TooManyRequestsException',
  'UnexpectedLambdaException',
  'UnknownOperationException',
  'UnsupportedOperationException',
  'UserLambdaValidationException',
  'UserNotFoundException',
  'UsernameExistsException',
] as const;
export type CognitoErrorCode = (typeof COGNITO_ERROR_CODES)[number];

/** A refusal with a code that the caller may rely on. */
class Refusal<Code extends string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string) {
    super(message);
    this.code = code;
  }
}

/** A refusal of the user pool. Its message goes to the caller: never a password, a token or a stack. */
export class CognitoError extends Refusal<CognitoErrorCode> {
  override readonly name = 'CognitoError';
}

/** Why an OAuth endpoint refuses (RFC 6749 section 5.2, RFC 7009 section 2.2.1). */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_scope'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_token_type';

/** A refusal of an OAuth endpoint. Its message becomes `error_description`. */
export class OAuthError extends Refusal<OAuthErrorCode> {
  override readonly name = 'OAuthError';
}
