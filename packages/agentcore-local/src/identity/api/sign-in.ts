/** InitiateAuth and RespondToAuthChallenge. Source: API_InitiateAuth, API_RespondToAuthChallenge. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { type IdentityContext, requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { AUTH_FLOWS } from '../store/client-settings.ts';
import type { Client, Pool, User, UserAttribute } from '../store/records.ts';
import type { PersonTokens } from '../tokens/issue.ts';
import { openSession, refreshSession, requireSession, type SignedIn } from '../tokens/sessions.ts';
import { SELF_SERVICE_SCOPE } from '../users/access-check.ts';
import { checkAttributes, isWritable, withAttributes } from '../users/attributes.ts';
import { checkSecretHash } from '../users/client-secret.ts';
import { checkPassword } from '../users/password-policy.ts';
import { signInWithPassword } from '../users/password-sign-in.ts';
import { canonicalUsername, changeUser, requireActive } from '../users/users.ts';
import {
  attributes,
  clientId,
  defined,
  type Operations,
  operation,
  password,
  username,
} from './operation.ts';

type At = { readonly client: Client; readonly pool: Pool };

/** Tokens of these operations carry this scope alone; the trigger adds the others. */
const SDK_SCOPES = [SELF_SERVICE_SCOPE];

const missing = (name: string): never => {
  throw new CognitoError('InvalidParameterException', `Missing required parameter ${name}`);
};

const result = (tokens: PersonTokens | SignedIn): Json => ({
  ChallengeParameters: {},
  AuthenticationResult: defined({
    AccessToken: tokens.accessToken,
    IdToken: tokens.idToken,
    ExpiresIn: tokens.expiresIn,
    TokenType: 'Bearer',
    RefreshToken: 'refreshToken' in tokens ? tokens.refreshToken : undefined,
  }),
});

function requireFlow(client: Client, flow: (typeof AUTH_FLOWS)[number], name: string): void {
  // AWS's default without a list: SRP, custom and refresh.
  const allowed = client.settings.ExplicitAuthFlows ?? ['ALLOW_REFRESH_TOKEN_AUTH'];
  if (allowed.includes(flow)) return;
  throw new CognitoError('InvalidParameterException', `${name} flow not enabled for this client`);
}

function challenge(context: IdentityContext, { pool, client }: At, user: User): Json {
  const opened = { poolId: pool.id, clientId: client.clientId, sub: user.sub };
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: context.challenges.open(opened, client.settings.AuthSessionValidity ?? 3),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: '[]',
      userAttributes: JSON.stringify(
        Object.fromEntries(user.attributes.map(({ Name, Value }) => [Name, Value])),
      ),
    },
  };
}

const authParameters = z
  .object({ USERNAME: username, PASSWORD: password, SECRET_HASH: z.string(), REFRESH_TOKEN: z.string() })
  .partial();
type AuthParameters = z.infer<typeof authParameters>;

async function withPassword(context: IdentityContext, at: At, given: AuthParameters): Promise<Json> {
  requireFlow(at.client, 'ALLOW_USER_PASSWORD_AUTH', 'USER_PASSWORD_AUTH');
  const name = given.USERNAME ?? missing('USERNAME');
  const secret = given.PASSWORD ?? missing('PASSWORD');
  checkSecretHash(at.client, given.SECRET_HASH, [name]);
  const user = await signInWithPassword(context, at, name, secret);
  if (user.status === 'FORCE_CHANGE_PASSWORD') return challenge(context, at, user);
  const grant = { ...at, user, source: 'TokenGeneration_Authentication', scopes: SDK_SCOPES } as const;
  return result(await openSession(context, grant));
}

async function withRefreshToken(context: IdentityContext, at: At, given: AuthParameters): Promise<Json> {
  requireFlow(at.client, 'ALLOW_REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN_AUTH');
  const token = given.REFRESH_TOKEN ?? missing('REFRESH_TOKEN');
  const user = requireActive(context, at.pool.id, requireSession(context, at, token).sub);
  checkSecretHash(at.client, given.SECRET_HASH, [user.username, user.sub]);
  return result(await refreshSession(context, at, token));
}

// ClientMetadata is accepted and goes nowhere: Cognito does not hand it to this trigger, and nobody has checked it.
const initiateAuth = operation(
  false,
  z.object({ AuthFlow: z.string(), ClientId: clientId, AuthParameters: authParameters.default({}) }),
  async (context, input) => {
    const at = requireClient(context, input.ClientId);
    switch (input.AuthFlow) {
      case 'USER_PASSWORD_AUTH':
        return withPassword(context, at, input.AuthParameters);
      case 'REFRESH_TOKEN_AUTH':
      case 'REFRESH_TOKEN':
        return withRefreshToken(context, at, input.AuthParameters);
      default:
        throw new CognitoError('InvalidParameterException', 'This AuthFlow is not supported locally.');
    }
  },
);

const challengeResponses = z.record(z.string(), z.string());

/** The `userAttributes.` answers of a challenge. */
function answeredAttributes(responses: z.infer<typeof challengeResponses>): UserAttribute[] {
  const prefix = 'userAttributes.';
  const given = Object.entries(responses)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, Value]) => ({ Name: name.slice(prefix.length), Value }));
  const parsed = attributes.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new CognitoError('InvalidParameterException', 'The user attributes are not well formed.');
}

/** @throws CognitoError when the client may not write one of them, or the schema refuses it. */
export function checkOwnAttributes(at: At, user: User, given: readonly UserAttribute[]): void {
  if (!given.every(({ Name }) => isWritable(at.client, Name))) {
    throw new CognitoError('NotAuthorizedException', 'A client attempted to write unauthorized attribute');
  }
  checkAttributes(at.pool, given, user.attributes);
}

function challengedUser(context: IdentityContext, at: At, session: string, name: string): User {
  const open = context.challenges.find(session);
  const user =
    open?.clientId === at.client.clientId && open.poolId === at.pool.id
      ? requireActive(context, at.pool.id, open.sub)
      : undefined;
  const same =
    user !== undefined && canonicalUsername(at.pool, name) === canonicalUsername(at.pool, user.username);
  if (same) return user;
  throw new CognitoError('NotAuthorizedException', 'Invalid session for the user.');
}

const respondToAuthChallenge = operation(
  false,
  z.object({
    ChallengeName: z.string(),
    ClientId: clientId,
    Session: z.string(),
    ChallengeResponses: challengeResponses,
    ClientMetadata: z.record(z.string(), z.string()).optional(),
  }),
  async (context, input) => {
    if (input.ChallengeName !== 'NEW_PASSWORD_REQUIRED') {
      throw new CognitoError('InvalidParameterException', 'This challenge is not supported locally.');
    }
    const at = requireClient(context, input.ClientId);
    const given = authParameters
      .extend({ NEW_PASSWORD: password })
      .partial()
      .safeParse(input.ChallengeResponses);
    const name = given.data?.USERNAME ?? missing('USERNAME');
    const fresh = given.data?.NEW_PASSWORD ?? missing('NEW_PASSWORD');
    checkSecretHash(at.client, given.data?.SECRET_HASH, [name]);
    const user = challengedUser(context, at, input.Session, name);
    checkPassword(fresh, at.pool.settings.Policies?.PasswordPolicy);
    const extra = answeredAttributes(input.ChallengeResponses);
    checkOwnAttributes(at, user, extra);
    // Closed before the first await: one session sets one password. A password that was refused may be tried again.
    context.challenges.close(input.Session);
    const passwordHash = await context.passwords.hash(fresh);
    changeUser(context, user, (current) => ({
      ...current,
      passwordHash,
      passwordSetAt: context.now(),
      status: 'CONFIRMED',
      attributes: withAttributes(current.attributes, extra),
    }));
    const grant = {
      ...at,
      user: requireActive(context, at.pool.id, user.sub),
      source: 'TokenGeneration_NewPasswordChallenge',
      scopes: SDK_SCOPES,
      ...(input.ClientMetadata === undefined ? {} : { clientMetadata: input.ClientMetadata }),
    } as const;
    return result(await openSession(context, grant));
  },
);

export const signInOperations: Operations = {
  InitiateAuth: initiateAuth,
  RespondToAuthChallenge: respondToAuthChallenge,
};
