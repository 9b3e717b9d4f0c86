/** AWS::Cognito::UserPoolGroup. Pool and name are create-only: a group of a new name begins without members. */
import type { Properties, ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import { changeGroup, createGroup, type GroupFields, parseGroup } from '../admin/groups.ts';
import { forTemplate } from '../admin/parse.ts';
import type { IdentityContext } from '../context.ts';
import { removeGroup } from '../store/identity-store.ts';

const result = (name: string): ResourceResult => ({ physicalId: name, attributes: {} });

const fieldsOf = (context: IdentityContext, { logicalId, properties }: ResourceRequest): GroupFields =>
  parseGroup(context, properties, logicalId);

function update(
  context: IdentityContext,
  request: ResourceRequest,
  physicalId: string,
  applied: Properties,
): ResourceResult {
  const fields = fieldsOf(context, request);
  const isSame = fields.name === physicalId && fields.poolId === applied['UserPoolId'];
  if (isSame && changeGroup(context, fields, () => fields) !== undefined) return result(fields.name);
  createGroup(context, fields);
  if (!isSame) removeGroup(context.store, String(applied['UserPoolId']), physicalId);
  return result(fields.name);
}

export const groupHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolGroup',
  create: (request) =>
    forTemplate(request.logicalId, () => result(createGroup(context, fieldsOf(context, request)).name)),
  update: (request, { physicalId, applied }) =>
    forTemplate(request.logicalId, () => update(context, request, physicalId, applied)),
  remove: async (physicalId, applied) =>
    removeGroup(context.store, String(applied['UserPoolId']), physicalId),
});
