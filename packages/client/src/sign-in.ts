/**
 * Sign-in of a person with user name and password (USER_PASSWORD_AUTH), for the command line and for tests. Browsers
 * use the authorization code with PKCE instead.
 * Source: Cognito API reference, InitiateAuth.
 */
import {
  type AuthenticationResultType,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  NotAuthorizedException,
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

function tokensOf(result: AuthenticationResultType | undefined, now: number): PersonTokens {
  if (result?.AccessToken === undefined) {
    throw new ClientError(
      'challenge_unsupported',
      'The user pool asks for a further step that this command does not do. Sign in with a browser.',
    );
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
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({ ClientId: pool.clientId, AuthFlow: flow, AuthParameters: parameters }),
    );
    return tokensOf(AuthenticationResult, now);
  } catch (error) {
    if (error instanceof NotAuthorizedException) {
      throw new ClientError('sign_in_failed', 'User name or password is wrong, or the session has ended.');
    }
    throw error;
  } finally {
    client.destroy();
  }
}

/**
 * Signs a person in.
 * @param now - milliseconds since 1970.
 * @throws ClientError `sign_in_failed`, `challenge_unsupported`.
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
