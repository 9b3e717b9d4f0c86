/** Checks a user's password. Unknown user and wrong password: same answer, same work, same limit. */
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User } from '../store/records.ts';
import { canonicalUsername, findUser, requireActive } from './users.ts';

const DAY = 86_400_000;

/** A client of the LEGACY kind tells who exists, as on AWS: the template decides, and so the local run shows it. */
function refuse(client: Client, user: User | undefined): never {
  if (user === undefined && client.settings.PreventUserExistenceErrors !== 'ENABLED') {
    throw new CognitoError('UserNotFoundException', 'User does not exist.');
  }
  throw new CognitoError('NotAuthorizedException', 'Incorrect username or password.');
}

function checkTemporaryPassword(context: IdentityContext, pool: Pool, user: User): void {
  const days = pool.settings.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ?? 7;
  if (user.status !== 'FORCE_CHANGE_PASSWORD' || context.now() < user.passwordSetAt + days * DAY) return;
  throw new CognitoError(
    'NotAuthorizedException',
    'Temporary password has expired and must be reset by an administrator.',
  );
}

/**
 * @returns the user, enabled, and with this password at this moment.
 * @throws CognitoError `NotAuthorizedException`, or `UserNotFoundException` for a client of the LEGACY kind.
 */
export async function signInWithPassword(
  context: IdentityContext,
  { pool, client }: { readonly pool: Pool; readonly client: Client },
  username: string,
  password: string,
): Promise<User> {
  // A user has one count, whichever name is tried: user name and subject both find the same user.
  const known = findUser(context, pool, username)?.sub;
  const limited = `${pool.id} ${known ?? canonicalUsername(pool, username)}`;
  let user: User | undefined;
  const outcome = await context.attempts.attempt(limited, async () => {
    user = findUser(context, pool, username);
    return context.passwords.verify(password, user?.passwordHash);
  });
  if (outcome === 'closed') throw new CognitoError('NotAuthorizedException', 'Password attempts exceeded');
  if (outcome === 'wrong' || user === undefined) return refuse(client, user);
  // Only who knows the password learns that the user is disabled.
  const current = requireActive(context, pool.id, user.sub);
  if (current.passwordHash !== user.passwordHash) return refuse(client, user);
  checkTemporaryPassword(context, pool, current);
  return current;
}
