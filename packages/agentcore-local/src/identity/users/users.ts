/** Finding and changing users. */
import { randomUUID } from 'node:crypto';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Pool, User, UserAttribute } from '../store/records.ts';
import { checkAttributes } from './attributes.ts';

/** A user name as the pool compares it. */
export const canonicalUsername = (pool: Pool, username: string): string =>
  pool.settings.UsernameConfiguration?.CaseSensitive === false ? username.toLowerCase() : username;

/** Finds a user by user name, or by `sub`, as the admin operations do. */
export function findUser(context: IdentityContext, pool: Pool, username: string): User | undefined {
  const wanted = canonicalUsername(pool, username);
  const inPool = context.store.users.filter(({ poolId }) => poolId === pool.id);
  return (
    inPool.find((user) => canonicalUsername(pool, user.username) === wanted) ??
    inPool.find(({ sub }) => sub === username)
  );
}

/** @throws CognitoError `UserNotFoundException` */
export function requireUser(context: IdentityContext, pool: Pool, username: string): User {
  const user = findUser(context, pool, username);
  if (user !== undefined) return user;
  throw new CognitoError('UserNotFoundException', 'User does not exist.');
}

/**
 * The user as of now, after something was awaited.
 * @throws CognitoError `NotAuthorizedException` when the user is gone or disabled.
 */
export function requireActive(context: IdentityContext, poolId: string, sub: string): User {
  const user = context.store.users.find((entry) => entry.poolId === poolId && entry.sub === sub);
  if (user?.enabled === true) return user;
  throw new CognitoError(
    'NotAuthorizedException',
    user === undefined ? 'User does not exist.' : 'User is disabled.',
  );
}

/** Changes a user that may be gone by now. */
export function changeUser(context: IdentityContext, user: User, change: (current: User) => User): void {
  context.store.users.change(
    (entry) => entry.poolId === user.poolId && entry.sub === user.sub,
    (entry) => ({ ...change(entry), modifiedAt: context.now() }),
  );
}

export type NewUser = {
  readonly username: string;
  readonly passwordHash: string;
  readonly attributes: readonly UserAttribute[];
};

/**
 * Adds a user who must change the password at first sign-in. Nothing is awaited between check and write.
 * @throws CognitoError `UsernameExistsException` or `InvalidParameterException`.
 */
export function addUser(context: IdentityContext, pool: Pool, fresh: NewUser): User {
  checkAttributes(pool, fresh.attributes);
  if (findUser(context, pool, fresh.username) !== undefined) {
    throw new CognitoError('UsernameExistsException', 'User account already exists');
  }
  const now = context.now();
  const user: User = {
    poolId: pool.id,
    username: canonicalUsername(pool, fresh.username),
    sub: randomUUID(),
    passwordHash: fresh.passwordHash,
    passwordSetAt: now,
    status: 'FORCE_CHANGE_PASSWORD',
    enabled: true,
    attributes: fresh.attributes.map(({ Name, Value }) => ({ Name, Value })),
    groups: [],
    createdAt: now,
    modifiedAt: now,
  };
  context.store.users.add(user);
  return user;
}

/** A user's groups that still exist, by precedence and then by name: the order of `cognito:groups`. */
export function groupsOf(context: IdentityContext, user: User): string[] {
  const member = context.store.groups.filter(
    (group) => group.poolId === user.poolId && user.groups.includes(group.name),
  );
  const rank = (precedence: number | undefined): number => precedence ?? Number.MAX_SAFE_INTEGER;
  return [...member]
    .sort((a, b) => rank(a.precedence) - rank(b.precedence) || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}
