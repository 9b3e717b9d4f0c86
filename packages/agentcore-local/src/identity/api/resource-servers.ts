/** Resource servers. Source: API reference of the *ResourceServer operations. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { putResourceServer } from '../admin/resource-servers.ts';
import { type IdentityContext, requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { ResourceServer } from '../store/records.ts';
import { defined, type Operations, operation, poolId } from './operation.ts';
import { page, pageSize, pageToken } from './page.ts';

const describeServer = (server: ResourceServer): Json => ({
  UserPoolId: server.poolId,
  Identifier: server.identifier,
  Name: server.name,
  Scopes: server.scopes,
});

const oneServer = { UserPoolId: poolId, Identifier: z.string().min(1).max(256) };
type Named = { readonly UserPoolId: string; readonly Identifier: string };

const isServer = (named: Named) => (server: ResourceServer) =>
  server.poolId === named.UserPoolId && server.identifier === named.Identifier;

function requireServer(context: IdentityContext, named: Named): ResourceServer {
  requirePool(context, named.UserPoolId);
  const server = context.store.resourceServers.find(isServer(named));
  if (server !== undefined) return server;
  throw new CognitoError('ResourceNotFoundException', 'Resource server does not exist.');
}

const createResourceServer = operation(true, z.looseObject(oneServer), (context, input) => {
  requirePool(context, input.UserPoolId);
  return { ResourceServer: describeServer(putResourceServer(context, input, () => false)) };
});

/** Scopes that are left out are taken away, as on AWS. */
const updateResourceServer = operation(true, z.looseObject(oneServer), (context, input) => {
  requireServer(context, input);
  return { ResourceServer: describeServer(putResourceServer(context, input, isServer(input))) };
});

const deleteResourceServer = operation(true, z.object(oneServer), (context, input) => {
  requireServer(context, input);
  context.store.resourceServers.remove(isServer(input));
  return {};
});

const describeResourceServer = operation(true, z.object(oneServer), (context, input) => ({
  ResourceServer: describeServer(requireServer(context, input)),
}));

const listResourceServers = operation(
  true,
  z.object({ UserPoolId: poolId, MaxResults: pageSize.default(50), NextToken: pageToken }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const all = context.store.resourceServers.filter((server) => server.poolId === pool.id);
    const { items, next } = page(all, input.MaxResults, input.NextToken);
    return defined({ ResourceServers: items.map(describeServer), NextToken: next });
  },
);

export const resourceServerOperations: Operations = {
  CreateResourceServer: createResourceServer,
  DeleteResourceServer: deleteResourceServer,
  DescribeResourceServer: describeResourceServer,
  ListResourceServers: listResourceServers,
  UpdateResourceServer: updateResourceServer,
};
