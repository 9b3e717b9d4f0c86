/** What the operations of signing in share. */
import { type Json, SELF_SERVICE_SCOPE } from '@secure-agent/contracts';
import { z } from 'zod';
import { type IdentityContext, requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User } from '../store/records.ts';
import type { PersonTokens } from '../tokens/issue.ts';
import { openSession, type SignedIn } from '../tokens/sessions.ts';
import type { PersonTriggerSource } from '../tokens/trigger-event.ts';
import { openNewPasswordChallenge } from './new-password.ts';
import { defined, password, username } from './operation.ts';

/** The client that asks, and its pool. */
export type At = {
  readonly client: Client;
  readonly pool: Pool;
  /** Whether the request is signed: an operation of the Admin kind. */
  readonly byAdministrator: boolean;
};

/** @param poolId - named by operations of the Admin kind only. */
export const clientAt = (context: IdentityContext, clientId: string, poolId?: string): At => ({
  ...requireClient(context, clientId, poolId),
  byAdministrator: poolId !== undefined,
});

/** Tokens of these operations carry this scope alone; the trigger adds the others. */
const SDK_SCOPES = [SELF_SERVICE_SCOPE];

/** @throws CognitoError `InvalidParameterException` */
export const missing = (name: string): never => {
  throw new CognitoError('InvalidParameterException', `Missing required parameter ${name}`);
};

/** Tokens as answers hold them. */
export const authenticationResult = (tokens: PersonTokens | SignedIn): Json =>
  defined({
    AccessToken: tokens.accessToken,
    IdToken: tokens.idToken,
    ExpiresIn: tokens.expiresIn,
    TokenType: 'Bearer',
    RefreshToken: 'refreshToken' in tokens ? tokens.refreshToken : undefined,
  });

/** The answer to a sign-in that needs no challenge. */
export const result = (tokens: PersonTokens | SignedIn): Json => ({
  ChallengeParameters: {},
  AuthenticationResult: authenticationResult(tokens),
});

/** Text pairs of the caller for the trigger. Nobody has checked them. */
export const clientMetadata = z.record(z.string(), z.string()).optional();
export type ClientMetadata = z.infer<typeof clientMetadata>;

/**
 * Tokens for a user whose password is right, or the challenge for a new one.
 * @param metadata - goes to the trigger: only answers to a challenge bring any (API_RespondToAuthChallenge).
 */
export async function signedIn(
  context: IdentityContext,
  at: At,
  user: User,
  source: PersonTriggerSource,
  metadata?: ClientMetadata,
): Promise<Json> {
  if (user.status === 'FORCE_CHANGE_PASSWORD') return openNewPasswordChallenge(context, at, user);
  const { client, pool } = at;
  const grant = { client, pool, user, source, scopes: SDK_SCOPES };
  return result(
    await openSession(context, metadata === undefined ? grant : { ...grant, clientMetadata: metadata }),
  );
}

export const authParameters = z
  .object({
    USERNAME: username,
    PASSWORD: password,
    SRP_A: z.string(),
    SECRET_HASH: z.string(),
    REFRESH_TOKEN: z.string(),
  })
  .partial();
export type AuthParameters = z.infer<typeof authParameters>;
