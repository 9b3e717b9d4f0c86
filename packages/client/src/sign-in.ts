/**
 * Sign-in of a person with user name and password (USER_PASSWORD_AUTH), for the command line and for tests. Browsers
 * use the authorization code with PKCE instead.
 * Source: Cognito API reference, InitiateAuth.
 */
import {
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  CognitoIdentityProviderServiceException,
  InitiateAuthCommand,
  NotAuthorizedException,
  PasswordResetRequiredException,
  UserNotConfirmedException,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';
import { ClientError } from './client-error.ts';

export type UserPool = {
  readonly region: string;
  /** Base URL of the local AWS; absent for the real one. */
  readonly endpoint?: string | undefined;
  readonly clientId: string;
};

/** Tokens of one person. Keep them out of logs, messages and models. */
export type PersonTokens = {
  readonly accessToken: string;
  readonly refreshToken?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
};

const clientOf = (pool: UserPool): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({
    region: pool.region,
    ...(pool.endpoint === undefined ? {} : { endpoint: pool.endpoint }),
  });

const FURTHER_STEP =
  'The user pool asks for a further step that this command does not do. Sign in with a browser.';

/** Neither message nor cause of the service's error is kept: either may repeat what was sent. */
function failureOf(error: unknown): ClientError {
  if (error instanceof NotAuthorizedException || error instanceof UserNotFoundException) {
    return new ClientError('sign_in_failed', 'User name or password is wrong, or the session has ended.');
  }
  if (error instanceof PasswordResetRequiredException || error instanceof UserNotConfirmedException) {
    return new ClientError('challenge_unsupported', FURTHER_STEP);
  }
  if (error instanceof CognitoIdentityProviderServiceException) {
    return new ClientError('refused', `The user pool refused: ${error.name}.`);
  }
  return new ClientError('unreachable', 'The user pool cannot be reached. Is the system running?');
}

function tokensOf(result: AuthenticationResultType | undefined, now: number): PersonTokens {
  if (result?.AccessToken === undefined) {
    throw new ClientError('challenge_unsupported', FURTHER_STEP);
  }
  return {
    accessToken: result.AccessToken,
    refreshToken: result.RefreshToken,
    expiresAt: now + (result.ExpiresIn ?? 0) * 1000,
  };
}

async function initiate(
  pool: UserPool,
  flow: 'USER_PASSWORD_AUTH' | 'REFRESH_TOKEN_AUTH',
  parameters: Record<string, string>,
  now: number,
): Promise<PersonTokens> {
  const client = clientOf(pool);
  try {
    const command = new InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: flow,
      AuthParameters: parameters,
    });
    const { AuthenticationResult } = await client.send(command).catch((error: unknown) => {
      throw failureOf(error);
    });
    return tokensOf(AuthenticationResult, now);
  } finally {
    client.destroy();
  }
}

/**
 * Signs a person in.
 * @param now - milliseconds since 1970.
 * @throws ClientError `sign_in_failed`, `challenge_unsupported`, `unreachable`, `refused`.
 */
export const signIn = (
  pool: UserPool,
  username: string,
  password: string,
  now: number,
): Promise<PersonTokens> =>
  initiate(pool, 'USER_PASSWORD_AUTH', { USERNAME: username, PASSWORD: password }, now);

/** New tokens for a refresh token; the refresh token stays the same unless the pool rotates it. */
export async function refresh(pool: UserPool, refreshToken: string, now: number): Promise<PersonTokens> {
  const fresh = await initiate(pool, 'REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: refreshToken }, now);
  return { ...fresh, refreshToken: fresh.refreshToken ?? refreshToken };
}
