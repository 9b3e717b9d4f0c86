/** AWS::Cognito::UserPool. */
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import { forTemplate } from '../admin/parse.ts';
import { createPool, deletePool, updatePool } from '../admin/pools.ts';
import type { IdentityContext } from '../context.ts';
import type { Pool } from '../store/records.ts';

/** URLs carry AWS's host, as on AWS: the loader turns those into local ones, in one place and for the port of today. */
const result = ({ id, arn, region }: Pool): ResourceResult => {
  const provider = `cognito-idp.${region}.amazonaws.com/${id}`;
  return {
    physicalId: id,
    attributes: { Arn: arn, ProviderName: provider, ProviderURL: `https://${provider}`, UserPoolId: id },
  };
};

const create = (context: IdentityContext, { logicalId, properties, stack }: ResourceRequest): Promise<Pool> =>
  createPool(context, properties, { region: stack.region, account: stack.account, name: logicalId });

export const userPoolHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPool',
  create: (request) => forTemplate(request.logicalId, async () => result(await create(context, request))),
  update: (request, { physicalId }) =>
    forTemplate(request.logicalId, async () => {
      const before = context.store.pools.find(({ id }) => id === physicalId);
      return result(
        before === undefined
          ? await create(context, request)
          : updatePool(context, before, request.properties),
      );
    }),
  remove: (physicalId) => forTemplate(physicalId, () => deletePool(context, physicalId)),
});
