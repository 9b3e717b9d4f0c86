/** AWS::Cognito::UserPoolGroup. Pool and name are create-only: a group of a new name begins without members. */
import { z } from 'zod';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { removeGroup } from '../store/identity-store.ts';
import type { Group } from '../store/records.ts';
import { invalid, parseProperties } from './parse.ts';

const properties = z.strictObject({
  UserPoolId: z.string().min(1),
  GroupName: z
    .string()
    .regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u)
    .optional(),
  Description: z.string().max(2048).optional(),
  Precedence: z.number().int().nonnegative().optional(),
  RoleArn: z.string().optional(),
});

type Fields = Pick<Group, 'poolId' | 'name' | 'description' | 'precedence' | 'roleArn'>;

function fieldsOf(context: IdentityContext, request: ResourceRequest): Fields {
  const given = parseProperties(request.logicalId, request.properties, properties);
  if (context.store.pools.find(({ id }) => id === given.UserPoolId) === undefined) {
    throw invalid(request.logicalId, `there is no user pool ${given.UserPoolId}.`);
  }
  return {
    poolId: given.UserPoolId,
    name: given.GroupName ?? request.logicalId,
    ...(given.Description === undefined ? {} : { description: given.Description }),
    ...(given.Precedence === undefined ? {} : { precedence: given.Precedence }),
    ...(given.RoleArn === undefined ? {} : { roleArn: given.RoleArn }),
  };
}

const result = (name: string): ResourceResult => ({ physicalId: name, attributes: {} });

const is = (poolId: unknown, name: string) => (group: Group) =>
  group.poolId === poolId && group.name === name;

function create(context: IdentityContext, request: ResourceRequest): ResourceResult {
  const fields = fieldsOf(context, request);
  if (context.store.groups.find(is(fields.poolId, fields.name)) !== undefined) {
    throw invalid(request.logicalId, `the group "${fields.name}" exists already.`);
  }
  const now = context.now();
  context.store.groups.add({ ...fields, createdAt: now, modifiedAt: now });
  return result(fields.name);
}

export const groupHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolGroup',
  create: async (request) => create(context, request),
  async update(request, { physicalId, applied }) {
    const fields = fieldsOf(context, request);
    if (fields.name === physicalId && fields.poolId === applied['UserPoolId']) {
      const changed = context.store.groups.change(is(fields.poolId, fields.name), ({ createdAt }) => ({
        ...fields,
        createdAt,
        modifiedAt: context.now(),
      }));
      return changed > 0 ? result(fields.name) : create(context, request);
    }
    const made = create(context, request);
    removeGroup(context.store, String(applied['UserPoolId']), physicalId);
    return made;
  },
  remove: async (physicalId, applied) =>
    removeGroup(context.store, String(applied['UserPoolId']), physicalId),
});
