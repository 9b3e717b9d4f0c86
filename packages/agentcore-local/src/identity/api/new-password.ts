/** NEW_PASSWORD_REQUIRED: between a temporary password and the first tokens. Source: API_RespondToAuthChallenge. */
import type { Json } from '@secure-agent/contracts';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User, UserAttribute } from '../store/records.ts';
import { readableAttributes, withAttributes } from '../users/attributes.ts';
import { checkOwnAttributes } from '../users/own-attributes.ts';
import { checkPassword } from '../users/password-policy.ts';
import { passwordRecord } from '../users/passwords.ts';
import { canonicalUsername, changeUser, requireActive } from '../users/users.ts';
import { attributes } from './operation.ts';

type At = { readonly client: Client; readonly pool: Pool };

/** Asks for a new password instead of giving tokens. */
export function openNewPasswordChallenge(context: IdentityContext, { pool, client }: At, user: User): Json {
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

/** The `userAttributes.` answers of a challenge. */
function answeredAttributes(responses: Readonly<Record<string, string>>): UserAttribute[] {
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
    [user.username, user.sub].includes(canonicalUsername(at.pool, name));
  if (same) return user;
  throw new CognitoError('NotAuthorizedException', 'Invalid session for the user.');
}

/**
 * Sets the new password.
 * @returns the user with it.
 * @throws CognitoError `NotAuthorizedException`, `InvalidPasswordException` or `InvalidParameterException`.
 */
export async function answerNewPasswordChallenge(
  context: IdentityContext,
  at: At,
  answer: { readonly session: string; readonly username: string; readonly password: string },
  responses: Readonly<Record<string, string>>,
): Promise<User> {
  const user = challengedUser(context, at, answer.session, answer.username);
  checkPassword(answer.password, at.pool.settings.Policies?.PasswordPolicy);
  const extra = answeredAttributes(responses);
  checkOwnAttributes(context, at, user, extra);
  // Closed before the first await: one session sets one password. A password that was refused may be tried again.
  context.challenges.close(answer.session);
  const record = await passwordRecord(context, at.pool, user, answer.password);
  changeUser(context, user, (current) => ({
    ...current,
    ...record,
    passwordSetAt: context.now(),
    status: 'CONFIRMED',
    attributes: withAttributes(current.attributes, extra),
  }));
  return requireActive(context, at.pool.id, user.sub);
}
