/** App clients. Source: API reference of the *UserPoolClient operations. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { createClient, parseClient, replaceClient } from '../admin/clients.ts';
import { requireClient, requirePool } from '../context.ts';
import { removeClient } from '../store/identity-store.ts';
import type { Client } from '../store/records.ts';
import { clientId, defined, json, type Operations, operation, poolId, timestamp } from './operation.ts';
import { page, pageSize, pageToken } from './page.ts';

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

const createUserPoolClient = operation(
  true,
  z.looseObject({ UserPoolId: poolId, ClientName: z.string().min(1).max(128) }),
  (context, input) => {
    requirePool(context, input.UserPoolId);
    const client = createClient(context, parseClient(context, input), input.ClientName);
    return { UserPoolClient: describeClient(client) };
  },
);

const oneClient = { UserPoolId: poolId, ClientId: clientId };

const describeUserPoolClient = operation(true, z.object(oneClient), (context, input) => {
  const { client } = requireClient(context, input.ClientId, input.UserPoolId);
  return { UserPoolClient: describeClient(client) };
});

const updateUserPoolClient = operation(true, z.looseObject(oneClient), (context, input) => {
  const { ClientId, ...given } = input;
  const { client } = requireClient(context, ClientId, input.UserPoolId);
  // A secret stays one: this operation neither gives nor takes it.
  const kept = client.clientSecret === undefined ? {} : { GenerateSecret: true };
  const settings = parseClient(context, { ...given, ...kept });
  return { UserPoolClient: describeClient(replaceClient(context, client, settings)) };
});

const deleteUserPoolClient = operation(true, z.object(oneClient), (context, input) => {
  const { client } = requireClient(context, input.ClientId, input.UserPoolId);
  removeClient(context.store, client.clientId);
  return {};
});

const listUserPoolClients = operation(
  true,
  z.object({ UserPoolId: poolId, MaxResults: pageSize.default(60), NextToken: pageToken }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const all = context.store.clients.filter((client) => client.poolId === pool.id);
    const { items, next } = page(all, input.MaxResults, input.NextToken);
    const clients = items.map((client) => ({
      ClientId: client.clientId,
      UserPoolId: client.poolId,
      ClientName: client.clientName,
    }));
    return defined({ UserPoolClients: clients, NextToken: next });
  },
);

export const clientOperations: Operations = {
  CreateUserPoolClient: createUserPoolClient,
  DeleteUserPoolClient: deleteUserPoolClient,
  DescribeUserPoolClient: describeUserPoolClient,
  ListUserPoolClients: listUserPoolClients,
  UpdateUserPoolClient: updateUserPoolClient,
};
