/** NEW_PASSWORD_REQUIRED: between a temporary password and the first tokens. Source: API_RespondToAuthChallenge. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { type IdentityContext, requireClient } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { User, UserAttribute } from '../store/records.ts';
import { openSession } from '../tokens/sessions.ts';
import { readableAttributes, withAttributes } from '../users/attributes.ts';
import { checkSecretHash } from '../users/client-secret.ts';
import { checkOwnAttributes } from '../users/own-attributes.ts';
import { checkPassword } from '../users/password-policy.ts';
import { canonicalUsername, changeUser, requireActive } from '../users/users.ts';
import { type At, authParameters, missing, result, SDK_SCOPES } from './authentication.ts';
import { attributes, clientId, operation, password } from './operation.ts';

/** Asks for a new password instead of giving tokens. */
export function openChallenge(context: IdentityContext, { pool, client }: At, user: User): Json {
  const opened = {
    poolId: pool.id,
    clientId: client.clientId,
    sub: user.sub,
    passwordSetAt: user.passwordSetAt,
  };
  return {
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: context.challenges.open(opened, client.settings.AuthSessionValidity ?? 3),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: '[]',
      userAttributes: JSON.stringify(
        Object.fromEntries(readableAttributes(client, user).map(({ Name, Value }) => [Name, Value])),
      ),
    },
  };
}

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

function challengedUser(context: IdentityContext, at: At, session: string, name: string): User {
  const open = context.challenges.find(session);
  const user =
    open?.clientId === at.client.clientId && open.poolId === at.pool.id
      ? requireActive(context, at.pool.id, open.sub)
      : undefined;
  // A password that was set meanwhile closes the challenge of the old one.
  const same =
    user?.passwordSetAt === open?.passwordSetAt &&
    user !== undefined &&
    canonicalUsername(at.pool, name) === canonicalUsername(at.pool, user.username);
  if (same) return user;
  throw new CognitoError('NotAuthorizedException', 'Invalid session for the user.');
}

/** API_RespondToAuthChallenge */
export const respondToAuthChallenge = operation(
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
