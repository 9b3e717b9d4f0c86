/** AWS::Cognito::UserPoolResourceServer. Pool and identifier are create-only. */
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import { forTemplate } from '../admin/parse.ts';
import { putResourceServer } from '../admin/resource-servers.ts';
import type { IdentityContext } from '../context.ts';
import type { ResourceServer } from '../store/records.ts';

const isServer = (poolId: unknown, identifier: string) => (server: ResourceServer) =>
  server.identifier === identifier && server.poolId === poolId;

const put = (
  context: IdentityContext,
  { logicalId, properties }: ResourceRequest,
  isReplaced: (server: ResourceServer) => boolean,
): Promise<ResourceResult> =>
  forTemplate(logicalId, () => {
    const { identifier } = putResourceServer(context, properties, isReplaced);
    return { physicalId: identifier, attributes: {} };
  });

export const resourceServerHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolResourceServer',
  create: (request) => put(context, request, () => false),
  update: (request, { physicalId, applied }) =>
    put(context, request, isServer(applied['UserPoolId'], physicalId)),
  remove: async (physicalId, applied) =>
    context.store.resourceServers.remove(isServer(applied['UserPoolId'], physicalId)),
});
