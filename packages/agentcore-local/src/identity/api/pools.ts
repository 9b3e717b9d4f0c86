/** Pools, clients and resource servers, read only: the template owns them. Source: API reference of Describe* and List*. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { requireClient, requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Client, Pool, ResourceServer } from '../store/records.ts';
import { attributeName } from '../users/attributes.ts';
import { clientId, defined, type Operations, operation, poolId, timestamp } from './operation.ts';
import { page, pageSize, pageToken } from './page.ts';

const paging = { MaxResults: pageSize.default(60), NextToken: pageToken };

const summary = (pool: Pool): Readonly<Record<string, Json | undefined>> => ({
  Id: pool.id,
  Name: pool.name,
  LambdaConfig: defined(pool.settings.LambdaConfig ?? {}),
  CreationDate: timestamp(pool.createdAt),
  LastModifiedDate: timestamp(pool.modifiedAt),
});

const json = (value: unknown): Json => z.json().parse(JSON.parse(JSON.stringify(value ?? null)));

function describePool(pool: Pool, domain: string | undefined, users: number): Json {
  const { settings } = pool;
  return defined({
    ...summary(pool),
    Arn: pool.arn,
    LambdaConfig: json(settings.LambdaConfig ?? {}),
    Policies: json(settings.Policies ?? {}),
    SchemaAttributes: json(settings.Schema?.map((entry) => ({ ...entry, Name: attributeName(entry) })) ?? []),
    AdminCreateUserConfig: json(settings.AdminCreateUserConfig ?? { AllowAdminCreateUserOnly: false }),
    UserPoolTier: settings.UserPoolTier,
    MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
    DeletionProtection: settings.DeletionProtection ?? 'INACTIVE',
    UsernameConfiguration: json({ CaseSensitive: settings.UsernameConfiguration?.CaseSensitive ?? true }),
    Domain: domain,
    EstimatedNumberOfUsers: users,
  });
}

function describeClient({ poolId: pool, settings, ...client }: Client): Json {
  const { UserPoolId: _pool, GenerateSecret: _generate, ClientName: _name, ...rest } = settings;
  return defined({
    UserPoolId: pool,
    ClientId: client.clientId,
    ClientName: client.clientName,
    ClientSecret: client.clientSecret,
    ...z.record(z.string(), z.json()).parse(json(rest)),
    CreationDate: timestamp(client.createdAt),
    LastModifiedDate: timestamp(client.modifiedAt),
  });
}

const describeServer = (server: ResourceServer): Json => ({
  UserPoolId: server.poolId,
  Identifier: server.identifier,
  Name: server.name,
  Scopes: server.scopes,
});

const listUserPools = operation(true, z.object(paging), (context, input) => {
  const { items, next } = page(
    context.store.pools.filter(() => true),
    input.MaxResults,
    input.NextToken,
  );
  return defined({ UserPools: items.map((pool) => defined(summary(pool))), NextToken: next });
});

const describeUserPool = operation(true, z.object({ UserPoolId: poolId }), (context, input) => {
  const pool = requirePool(context, input.UserPoolId);
  const domain = context.store.domains.find((entry) => entry.poolId === pool.id)?.prefix;
  const users = context.store.users.filter((user) => user.poolId === pool.id).length;
  return { UserPool: describePool(pool, domain, users) };
});

const listUserPoolClients = operation(true, z.object({ UserPoolId: poolId, ...paging }), (context, input) => {
  const pool = requirePool(context, input.UserPoolId);
  const all = context.store.clients.filter((client) => client.poolId === pool.id);
  const { items, next } = page(all, input.MaxResults, input.NextToken);
  const clients = items.map((client) => ({
    ClientId: client.clientId,
    UserPoolId: client.poolId,
    ClientName: client.clientName,
  }));
  return defined({ UserPoolClients: clients, NextToken: next });
});

const describeUserPoolClient = operation(
  true,
  z.object({ UserPoolId: poolId, ClientId: clientId }),
  (context, input) => {
    const { client } = requireClient(context, input.ClientId, input.UserPoolId);
    return { UserPoolClient: describeClient(client) };
  },
);

const listResourceServers = operation(true, z.object({ UserPoolId: poolId, ...paging }), (context, input) => {
  const pool = requirePool(context, input.UserPoolId);
  const all = context.store.resourceServers.filter((server) => server.poolId === pool.id);
  const { items, next } = page(all, input.MaxResults, input.NextToken);
  return defined({ ResourceServers: items.map(describeServer), NextToken: next });
});

const describeResourceServer = operation(
  true,
  z.object({ UserPoolId: poolId, Identifier: z.string().min(1).max(256) }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const server = context.store.resourceServers.find(
      (entry) => entry.poolId === pool.id && entry.identifier === input.Identifier,
    );
    if (server !== undefined) return { ResourceServer: describeServer(server) };
    throw new CognitoError('ResourceNotFoundException', 'Resource server does not exist.');
  },
);

export const poolOperations: Operations = {
  DescribeResourceServer: describeResourceServer,
  DescribeUserPool: describeUserPool,
  DescribeUserPoolClient: describeUserPoolClient,
  ListResourceServers: listResourceServers,
  ListUserPoolClients: listUserPoolClients,
  ListUserPools: listUserPools,
};
