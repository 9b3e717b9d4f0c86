/** Finding and changing users. */
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Group, Pool, User, UserAttribute } from '../store/records.ts';
import { checkAliases, findByAlias, hasSignInAliases } from './aliases.ts';
import { checkAttributes } from './attributes.ts';

/** A user name as the pool compares it. Addresses are compared without case unless the pool says otherwise. */
export function canonicalUsername(pool: Pool, username: string): string {
  const withCase = pool.settings.UsernameConfiguration?.CaseSensitive ?? !hasSignInAliases(pool);
  return withCase ? username : username.toLowerCase();
}

/** Finds a user by user name, by `sub`, or by an alias, in this order: nobody's alias hides another's name. */
export function findUser(context: IdentityContext, pool: Pool, username: string): User | undefined {
  const wanted = canonicalUsername(pool, username);
  const inPool = context.store.users.filter(({ poolId }) => poolId === pool.id);
  return (
    inPool.find((user) => canonicalUsername(pool, user.username) === wanted) ??
    inPool.find(({ sub }) => sub === username) ??
    findByAlias(context, pool, username)
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

/** Removes a user and every sign-in. */
export function removeUser(context: IdentityContext, pool: Pool, { sub }: User): void {
  context.store.sessions.remove((entry) => entry.poolId === pool.id && entry.sub === sub);
  context.store.users.remove((entry) => entry.poolId === pool.id && entry.sub === sub);
}

export type NewUser = Pick<User, 'sub' | 'username' | 'passwordHash' | 'srp'> & {
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
  checkAliases(context, pool, fresh.attributes);
  const now = context.now();
  const user: User = {
    poolId: pool.id,
    username: canonicalUsername(pool, fresh.username),
    sub: fresh.sub,
    passwordHash: fresh.passwordHash,
    srp: fresh.srp,
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

const rank = ({ precedence }: Group): number => precedence ?? Number.MAX_SAFE_INTEGER;

/** A user's groups that still exist, by precedence and then by name: the order of `cognito:groups`. */
export function memberships(context: IdentityContext, user: User): readonly Group[] {
  const member = context.store.groups.filter(
    (group) => group.poolId === user.poolId && user.groups.includes(group.name),
  );
  return [...member].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

export const groupsOf = (context: IdentityContext, user: User): string[] =>
  memberships(context, user).map(({ name }) => name);

/**
 * The roles of a user's groups, and the one that goes first: that of the group with the lowest precedence, and nobody's
 * where two such groups have different ones.
 * Source: Cognito developer guide, cognito-user-pools-user-groups, "Assigning precedence values to groups".
 */
export function rolesOf(groups: readonly Group[]): {
  readonly all: readonly string[];
  readonly preferred: string | undefined;
} {
  const withRole = groups.filter(({ roleArn }) => roleArn !== undefined);
  const all = [...new Set(withRole.flatMap(({ roleArn }) => roleArn ?? []))];
  const first = withRole.filter((group) => withRole[0] !== undefined && rank(group) === rank(withRole[0]));
  const preferred = new Set(first.map(({ roleArn }) => roleArn));
  return { all, preferred: preferred.size === 1 ? first[0]?.roleArn : undefined };
}
