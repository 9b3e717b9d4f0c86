/** Groups and their members. Source: API reference of ListGroups, ListUsersInGroup and the Admin*Group operations. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { changeGroup, createGroup, parseGroup } from '../admin/groups.ts';
import { type IdentityContext, requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import { removeGroup } from '../store/identity-store.ts';
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

const groupFields = {
  UserPoolId: poolId,
  GroupName: groupName,
  Description: z.string().optional(),
  Precedence: z.number().optional(),
  RoleArn: z.string().optional(),
};

const newGroup = operation(true, z.object(groupFields), (context, input) => {
  requirePool(context, input.UserPoolId);
  const fields = parseGroup(context, input, input.GroupName);
  return { Group: describeGroup(createGroup(context, fields)) };
});

/** What is left out stays. */
const updateGroup = operation(true, z.object(groupFields), (context, input) => {
  const { name, poolId } = requireGroup(context, requirePool(context, input.UserPoolId), input.GroupName);
  const fields = parseGroup(context, input, name);
  const changed = changeGroup(context, { name, poolId }, (before) => ({ ...before, ...fields }));
  return changed === undefined ? {} : { Group: describeGroup(changed) };
});

const onGroup = (run: (context: IdentityContext, group: Group) => Json) =>
  operation(true, z.object({ UserPoolId: poolId, GroupName: groupName }), (context, input) =>
    run(context, requireGroup(context, requirePool(context, input.UserPoolId), input.GroupName)),
  );

export const groupOperations: Operations = {
  AdminAddUserToGroup: membership((groups, name) => [...new Set([...groups, name])]),
  AdminListGroupsForUser: adminListGroupsForUser,
  AdminRemoveUserFromGroup: membership((groups, name) => groups.filter((group) => group !== name)),
  CreateGroup: newGroup,
  DeleteGroup: onGroup((context, group) => {
    removeGroup(context.store, group.poolId, group.name);
    return {};
  }),
  GetGroup: onGroup((_context, group) => ({ Group: describeGroup(group) })),
  ListGroups: listGroups,
  ListUsersInGroup: listUsersInGroup,
  UpdateGroup: updateGroup,
};
