/** What administrators do with users. Source: API reference of the Admin* operations and ListUsers. */
import { randomUUID } from 'node:crypto';
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { type IdentityContext, requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Pool, User, UserAttribute } from '../store/records.ts';
import { signOutEverywhere } from '../tokens/sessions.ts';
import { checkAliases, nameNewUser } from '../users/aliases.ts';
import { checkAttributes, withAttributes } from '../users/attributes.ts';
import { checkPassword } from '../users/password-policy.ts';
import { passwordRecord, setPassword } from '../users/passwords.ts';
import { addUser, canonicalUsername, changeUser, removeUser, requireUser } from '../users/users.ts';
import {
  attributeNames,
  attributes,
  type Operations,
  operation,
  password,
  poolId,
  timestamp,
  username,
} from './operation.ts';
import { page, pageSize, pageToken } from './page.ts';
import { userFilter } from './user-filter.ts';

const oneUser = { UserPoolId: poolId, Username: username };

const allAttributes = (user: User): Json => [{ Name: 'sub', Value: user.sub }, ...user.attributes];

/** A user as lists and AdminCreateUser show one; AdminGetUser calls the attributes otherwise. */
export const describeUser = (user: User, attributesField = 'Attributes'): Readonly<Record<string, Json>> => ({
  Username: user.username,
  [attributesField]: allAttributes(user),
  UserCreateDate: timestamp(user.createdAt),
  UserLastModifiedDate: timestamp(user.modifiedAt),
  Enabled: user.enabled,
  UserStatus: user.status,
});

/** An operation on one user of one pool. */
const onUser = (run: (context: IdentityContext, user: User, pool: Pool) => Json | Promise<Json>) =>
  operation(true, z.object(oneUser), (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    return run(context, requireUser(context, pool, input.Username), pool);
  });

const adminCreateUser = operation(
  true,
  z.object({
    ...oneUser,
    TemporaryPassword: password.optional(),
    UserAttributes: attributes.default([]),
    MessageAction: z.enum(['SUPPRESS', 'RESEND']).optional(),
  }),
  async (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    if (input.MessageAction !== 'SUPPRESS') {
      throw new CognitoError(
        'InvalidParameterException',
        'No invitation is sent locally. Set MessageAction to SUPPRESS.',
      );
    }
    if (input.TemporaryPassword !== undefined) {
      checkPassword(input.TemporaryPassword, pool.settings.Policies?.PasswordPolicy);
    }
    const sub = randomUUID();
    const named = { sub, ...nameNewUser(pool, input.Username, input.UserAttributes, sub) };
    const secret =
      input.TemporaryPassword === undefined
        ? { passwordHash: context.passwords.ofNoPassword() }
        : await passwordRecord(
            context,
            pool,
            { sub, username: canonicalUsername(pool, named.username) },
            input.TemporaryPassword,
          );
    const fresh = { ...named, ...secret };
    return { User: describeUser(addUser(context, pool, fresh)) };
  },
);

const adminSetUserPassword = operation(
  true,
  z.object({ ...oneUser, Password: password, Permanent: z.boolean().default(false) }),
  async (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const user = requireUser(context, pool, input.Username);
    checkPassword(input.Password, pool.settings.Policies?.PasswordPolicy);
    await setPassword(
      context,
      pool,
      user,
      input.Password,
      input.Permanent ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
    );
    return {};
  },
);

function writeAttributes(
  context: IdentityContext,
  pool: Pool,
  user: User,
  given: readonly UserAttribute[],
): void {
  checkAttributes(pool, given, user.attributes);
  checkAliases(context, pool, withAttributes(user.attributes, given), user.sub);
  changeUser(context, user, (current) => ({
    ...current,
    attributes: withAttributes(current.attributes, given),
  }));
}

const adminUpdateUserAttributes = operation(
  true,
  z.object({ ...oneUser, UserAttributes: attributes }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const user = requireUser(context, pool, input.Username);
    writeAttributes(context, pool, user, input.UserAttributes);
    return {};
  },
);

const adminDeleteUserAttributes = operation(
  true,
  z.object({ ...oneUser, UserAttributeNames: attributeNames }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const user = requireUser(context, pool, input.Username);
    writeAttributes(
      context,
      pool,
      user,
      input.UserAttributeNames.map((Name) => ({ Name, Value: '' })),
    );
    return {};
  },
);

const setEnabled = (enabled: boolean) =>
  onUser((context, user) => {
    changeUser(context, user, (current) => ({ ...current, enabled }));
    return {};
  });

const adminDeleteUser = onUser((context, user, pool) => {
  removeUser(context, pool, user);
  return {};
});

const listUsers = operation(
  true,
  z.object({
    UserPoolId: poolId,
    Filter: z.string().max(256).optional(),
    Limit: pageSize.default(60),
    PaginationToken: pageToken,
  }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const fits = userFilter(input.Filter);
    const all = context.store.users.filter((user) => user.poolId === pool.id && fits(user));
    const { items, next } = page(all, input.Limit, input.PaginationToken);
    const users = items.map((user) => describeUser(user));
    return next === undefined ? { Users: users } : { Users: users, PaginationToken: next };
  },
);

export const adminUserOperations: Operations = {
  AdminCreateUser: adminCreateUser,
  AdminDeleteUser: adminDeleteUser,
  AdminDeleteUserAttributes: adminDeleteUserAttributes,
  AdminDisableUser: setEnabled(false),
  AdminEnableUser: setEnabled(true),
  AdminGetUser: onUser((_context, user) => describeUser(user, 'UserAttributes')),
  AdminSetUserPassword: adminSetUserPassword,
  AdminUpdateUserAttributes: adminUpdateUserAttributes,
  AdminUserGlobalSignOut: onUser((context, user, pool) => {
    signOutEverywhere(context, pool.id, user.sub);
    return {};
  }),
  ListUsers: listUsers,
};
