/** Checks a user's password. Unknown user and wrong password: same answer, same work, same limit. */
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, User } from '../store/records.ts';
import { srpRecord } from './srp-record.ts';
import { canonicalUsername, changeUser, findUser, requireActive } from './users.ts';

const DAY = 86_400_000;

export const refuseSignIn = (): never => {
  throw new CognitoError('NotAuthorizedException', 'Incorrect username or password.');
};

/** A client of the LEGACY kind tells who exists, as on AWS: the template decides, and so the local run shows it. */
function refuse(client: Client, user: User | undefined): never {
  if (user === undefined && client.settings.PreventUserExistenceErrors !== 'ENABLED') {
    throw new CognitoError('UserNotFoundException', 'User does not exist.');
  }
  return refuseSignIn();
}

/** @throws CognitoError when a temporary password is too old, or an administrator took the password away. */
export function checkTemporaryPassword(context: IdentityContext, pool: Pool, user: User): void {
  if (user.status === 'RESET_REQUIRED') {
    throw new CognitoError('PasswordResetRequiredException', 'Password reset required for the user');
  }
  const days = pool.settings.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays ?? 7;
  if (user.status !== 'FORCE_CHANGE_PASSWORD' || context.now() < user.passwordSetAt + days * DAY) return;
  throw new CognitoError(
    'NotAuthorizedException',
    'Temporary password has expired and must be reset by an administrator.',
  );
}

/** Under which name guesses are counted. A user has one count, whichever of his names is tried. */
export const attemptName = (context: IdentityContext, pool: Pool, username: string): string =>
  `${pool.id} ${findUser(context, pool, username)?.sub ?? canonicalUsername(pool, username)}`;

/** A user whose password was set before there was SRP gets the verifier now that the password is here. */
function keepVerifier(context: IdentityContext, pool: Pool, user: User, password: string): void {
  if (user.srp !== undefined) return;
  const srp = srpRecord(context, pool, user, password);
  if (srp !== undefined) changeUser(context, user, (current) => ({ ...current, srp }));
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
  const limited = attemptName(context, pool, username);
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
  keepVerifier(context, pool, current, password);
  return current;
}
