/** Groups and their members. Source: API reference of ListGroups, ListUsersInGroup and the Admin*Group operations. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { type IdentityContext, requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Group, Pool } from '../store/records.ts';
import { changeUser, groupsOf, requireUser } from '../users/users.ts';
import { describeUser } from './admin-users.ts';
import { defined, groupName, type Operations, operation, poolId, timestamp, username } from './operation.ts';
import { page, pageSize, pageToken } from './page.ts';

const paging = { Limit: pageSize.default(60), NextToken: pageToken };

const describeGroup = (group: Group): Json =>
  defined({
    GroupName: group.name,
    UserPoolId: group.poolId,
    Description: group.description,
    Precedence: group.precedence,
    RoleArn: group.roleArn,
    CreationDate: timestamp(group.createdAt),
    LastModifiedDate: timestamp(group.modifiedAt),
  });

function requireGroup(context: IdentityContext, pool: Pool, name: string): Group {
  const group = context.store.groups.find((entry) => entry.poolId === pool.id && entry.name === name);
  if (group !== undefined) return group;
  throw new CognitoError('ResourceNotFoundException', 'Group not found.');
}

const membership = (change: (groups: readonly string[], name: string) => string[]) =>
  operation(
    true,
    z.object({ UserPoolId: poolId, Username: username, GroupName: groupName }),
    (context, input) => {
      const pool = requirePool(context, input.UserPoolId);
      const { name } = requireGroup(context, pool, input.GroupName);
      const user = requireUser(context, pool, input.Username);
      changeUser(context, user, (current) => ({ ...current, groups: change(current.groups, name) }));
      return {};
    },
  );

const adminListGroupsForUser = operation(
  true,
  z.object({ UserPoolId: poolId, Username: username, ...paging }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const names = groupsOf(context, requireUser(context, pool, input.Username));
    const { items, next } = page(names, input.Limit, input.NextToken);
    const groups = items.map((name) => describeGroup(requireGroup(context, pool, name)));
    return defined({ Groups: groups, NextToken: next });
  },
);

const listGroups = operation(true, z.object({ UserPoolId: poolId, ...paging }), (context, input) => {
  const pool = requirePool(context, input.UserPoolId);
  const all = context.store.groups.filter((group) => group.poolId === pool.id);
  const { items, next } = page(all, input.Limit, input.NextToken);
  return defined({ Groups: items.map(describeGroup), NextToken: next });
});

const listUsersInGroup = operation(
  true,
  z.object({ UserPoolId: poolId, GroupName: groupName, ...paging }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const { name } = requireGroup(context, pool, input.GroupName);
    const all = context.store.users.filter((user) => user.poolId === pool.id && user.groups.includes(name));
    const { items, next } = page(all, input.Limit, input.NextToken);
    return defined({ Users: items.map((user) => describeUser(user)), NextToken: next });
  },
);

export const groupOperations: Operations = {
  AdminAddUserToGroup: membership((groups, name) => [...new Set([...groups, name])]),
  AdminListGroupsForUser: adminListGroupsForUser,
  AdminRemoveUserFromGroup: membership((groups, name) => groups.filter((group) => group !== name)),
  ListGroups: listGroups,
  ListUsersInGroup: listUsersInGroup,
};
