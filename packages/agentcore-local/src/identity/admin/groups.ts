/** Groups of a pool, for templates and API calls alike. */
import { z } from 'zod';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Group } from '../store/records.ts';
import { knownPool, parseSettings } from './parse.ts';

const settings = z.strictObject({
  UserPoolId: z.string().min(1),
  GroupName: z
    .string()
    .regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u)
    .optional(),
  Description: z.string().max(2048).optional(),
  Precedence: z.number().int().nonnegative().optional(),
  RoleArn: z.string().optional(),
});

export type GroupFields = Omit<Group, 'createdAt' | 'modifiedAt'>;

const isGroup =
  ({ poolId, name }: Pick<Group, 'poolId' | 'name'>) =>
  (group: Group): boolean =>
    group.poolId === poolId && group.name === name;

/**
 * @param name - where none is given.
 * @throws CognitoError `InvalidParameterException`
 */
export function parseGroup(context: IdentityContext, given: unknown, name: string): GroupFields {
  const { UserPoolId, GroupName, Description, Precedence, RoleArn } = parseSettings(given, settings);
  knownPool(context, UserPoolId);
  return {
    poolId: UserPoolId,
    name: GroupName ?? name,
    ...(Description === undefined ? {} : { description: Description }),
    ...(Precedence === undefined ? {} : { precedence: Precedence }),
    ...(RoleArn === undefined ? {} : { roleArn: RoleArn }),
  };
}

/** @throws CognitoError `GroupExistsException` */
export function createGroup(context: IdentityContext, fields: GroupFields): Group {
  if (context.store.groups.find(isGroup(fields)) !== undefined) {
    throw new CognitoError('GroupExistsException', `the group "${fields.name}" exists already.`);
  }
  const now = context.now();
  const group: Group = { ...fields, createdAt: now, modifiedAt: now };
  context.store.groups.add(group);
  return group;
}

/** Changes a group; undefined when there is none. Its members stay. */
export function changeGroup(
  context: IdentityContext,
  name: Pick<Group, 'poolId' | 'name'>,
  change: (before: Group) => GroupFields,
): Group | undefined {
  context.store.groups.change(isGroup(name), (before) => ({
    ...change(before),
    createdAt: before.createdAt,
    modifiedAt: context.now(),
  }));
  return context.store.groups.find(isGroup(name));
}
