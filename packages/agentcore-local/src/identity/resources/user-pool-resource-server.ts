/** AWS::Cognito::UserPoolResourceServer. Pool and identifier are create-only. */
import { z } from 'zod';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import type { ResourceServer } from '../store/records.ts';
import { invalid, parseProperties } from './parse.ts';

const properties = z.strictObject({
  UserPoolId: z.string().min(1),
  Identifier: z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,256}$/),
  Name: z.string().min(1).max(256),
  Scopes: z
    .array(
      z.strictObject({
        ScopeName: z.string().regex(/^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}$/),
        ScopeDescription: z.string().min(1).max(256),
      }),
    )
    .max(100)
    .optional(),
});

function put(
  context: IdentityContext,
  request: ResourceRequest,
  isReplaced: (server: ResourceServer) => boolean,
): ResourceResult {
  const given = parseProperties(request.logicalId, request.properties, properties);
  const { resourceServers, pools } = context.store;
  if (pools.find(({ id }) => id === given.UserPoolId) === undefined) {
    throw invalid(request.logicalId, `there is no user pool ${given.UserPoolId}.`);
  }
  const taken = resourceServers.find(
    (server) =>
      server.poolId === given.UserPoolId && server.identifier === given.Identifier && !isReplaced(server),
  );
  if (taken !== undefined) {
    throw invalid(request.logicalId, `the resource server "${given.Identifier}" exists already.`);
  }
  resourceServers.remove(isReplaced);
  resourceServers.add({
    poolId: given.UserPoolId,
    identifier: given.Identifier,
    name: given.Name,
    scopes: given.Scopes ?? [],
  });
  return { physicalId: given.Identifier, attributes: {} };
}

export const resourceServerHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolResourceServer',
  create: async (request) => put(context, request, () => false),
  update: async (request, { physicalId, applied }) =>
    put(
      context,
      request,
      (server) => server.identifier === physicalId && server.poolId === applied['UserPoolId'],
    ),
  remove: async (physicalId, applied) =>
    context.store.resourceServers.remove(
      (server) => server.identifier === physicalId && server.poolId === applied['UserPoolId'],
    ),
});
