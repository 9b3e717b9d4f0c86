/** What signing in and answering a challenge share. */
import { type Json, SELF_SERVICE_SCOPE } from '@secure-agent/contracts';
import { z } from 'zod';
import { CognitoError } from '../errors.ts';
import type { Client, Pool } from '../store/records.ts';
import type { PersonTokens } from '../tokens/issue.ts';
import type { SignedIn } from '../tokens/sessions.ts';
import { defined, password, username } from './operation.ts';

/** The client that asks, and its pool. */
export type At = { readonly client: Client; readonly pool: Pool };

/** Tokens of these operations carry this scope alone; the trigger adds the others. */
export const SDK_SCOPES = [SELF_SERVICE_SCOPE];

/** @throws CognitoError `InvalidParameterException` */
export const missing = (name: string): never => {
  throw new CognitoError('InvalidParameterException', `Missing required parameter ${name}`);
};

/** The answer that holds tokens. */
export const result = (tokens: PersonTokens | SignedIn): Json => ({
  ChallengeParameters: {},
  AuthenticationResult: defined({
    AccessToken: tokens.accessToken,
    IdToken: tokens.idToken,
    ExpiresIn: tokens.expiresIn,
    TokenType: 'Bearer',
    RefreshToken: 'refreshToken' in tokens ? tokens.refreshToken : undefined,
  }),
});

export const authParameters = z
  .object({ USERNAME: username, PASSWORD: password, SECRET_HASH: z.string(), REFRESH_TOKEN: z.string() })
  .partial();
export type AuthParameters = z.infer<typeof authParameters>;
