/** User pools and their hosted domains. Source: API reference of the *UserPool and *UserPoolDomain operations. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { addDomain } from '../admin/domains.ts';
import { createPool, deletePool, updatePool } from '../admin/pools.ts';
import { requirePool } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Pool } from '../store/records.ts';
import { attributeName } from '../users/attributes.ts';
import { defined, json, type Operations, operation, poolId, timestamp } from './operation.ts';
import { page, pageSize, pageToken } from './page.ts';

const summary = (pool: Pool): Readonly<Record<string, Json | undefined>> => ({
  Id: pool.id,
  Name: pool.name,
  LambdaConfig: json(pool.settings.LambdaConfig ?? {}),
  CreationDate: timestamp(pool.createdAt),
  LastModifiedDate: timestamp(pool.modifiedAt),
});

/** Settings that are told as they were given. */
const AS_GIVEN = [
  'AccountRecoverySetting',
  'AliasAttributes',
  'AutoVerifiedAttributes',
  'UserAttributeUpdateSettings',
  'UserPoolTags',
  'UserPoolTier',
  'UsernameAttributes',
] as const;

function describePool(pool: Pool, domain: string | undefined, users: number): Json {
  const { settings } = pool;
  return defined({
    ...summary(pool),
    ...Object.fromEntries(
      AS_GIVEN.flatMap((name) => (settings[name] === undefined ? [] : [[name, json(settings[name])]])),
    ),
    Arn: pool.arn,
    Policies: json(settings.Policies ?? {}),
    SchemaAttributes: json(
      settings.Schema?.map((entry) => ({
        ...entry,
        Name: attributeName(entry),
        // Limits are texts on this wire.
        StringAttributeConstraints: texts(entry.StringAttributeConstraints),
        NumberAttributeConstraints: texts(entry.NumberAttributeConstraints),
      })) ?? [],
    ),
    AdminCreateUserConfig: json(settings.AdminCreateUserConfig ?? { AllowAdminCreateUserOnly: false }),
    MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
    DeletionProtection: settings.DeletionProtection ?? 'INACTIVE',
    UsernameConfiguration: json({ CaseSensitive: settings.UsernameConfiguration?.CaseSensitive ?? true }),
    Domain: domain,
    EstimatedNumberOfUsers: users,
  });
}

const texts = (limits: Readonly<Record<string, number | undefined>> | undefined) =>
  limits && Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, String(limit)]));

const listUserPools = operation(
  true,
  z.object({ MaxResults: pageSize, NextToken: pageToken }),
  (context, input) => {
    const { items, next } = page(
      context.store.pools.filter(() => true),
      input.MaxResults,
      input.NextToken,
    );
    return defined({ UserPools: items.map((pool) => defined(summary(pool))), NextToken: next });
  },
);

const describeUserPool = operation(true, z.object({ UserPoolId: poolId }), (context, input) => {
  const pool = requirePool(context, input.UserPoolId);
  const domain = context.store.domains.find((entry) => entry.poolId === pool.id)?.prefix;
  const users = context.store.users.filter((user) => user.poolId === pool.id).length;
  return { UserPool: describePool(pool, domain, users) };
});

/** The rest of the request: the words of the API are those of the template, but for the pool's name. */
const settingsOf = ({ PoolName, ...rest }: { readonly [name: string]: unknown }): Record<string, unknown> =>
  PoolName === undefined ? rest : { ...rest, UserPoolName: PoolName };

const createUserPool = operation(
  true,
  z.looseObject({ PoolName: z.string().min(1).max(128) }),
  async (context, input) => {
    const place = { region: context.region, account: context.account, name: input.PoolName };
    return { UserPool: describePool(await createPool(context, settingsOf(input), place), undefined, 0) };
  },
);

const updateUserPool = operation(true, z.looseObject({ UserPoolId: poolId }), (context, input) => {
  const { UserPoolId, ...given } = input;
  const pool = requirePool(context, UserPoolId);
  const { Schema, UsernameConfiguration, UsernameAttributes, AliasAttributes } = pool.settings;
  // What is left out gets its default, as on AWS, but for what this operation cannot change.
  const kept = { Schema, UsernameConfiguration, UsernameAttributes, AliasAttributes };
  updatePool(context, pool, { ...settingsOf(given), ...kept });
  return {};
});

const addCustomAttributes = operation(
  true,
  z.object({ UserPoolId: poolId, CustomAttributes: z.array(z.json()).min(1).max(25) }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const Schema = [...(pool.settings.Schema ?? []), ...input.CustomAttributes];
    updatePool(context, pool, { ...pool.settings, Schema });
    return {};
  },
);

const deleteUserPool = operation(true, z.object({ UserPoolId: poolId }), (context, input) => {
  deletePool(context, requirePool(context, input.UserPoolId).id);
  return {};
});

const domainName = z.string().min(1).max(63);

const createUserPoolDomain = operation(
  true,
  z.looseObject({ UserPoolId: poolId, Domain: domainName }),
  (context, input) => {
    requirePool(context, input.UserPoolId);
    addDomain(context, input);
    return {};
  },
);

const describeUserPoolDomain = operation(true, z.object({ Domain: domainName }), (context, input) => {
  const domain = context.store.domains.find(({ prefix }) => prefix === input.Domain);
  if (domain === undefined) return { DomainDescription: {} };
  return {
    DomainDescription: {
      UserPoolId: domain.poolId,
      AWSAccountId: context.account,
      Domain: domain.prefix,
      Status: 'ACTIVE',
    },
  };
});

const deleteUserPoolDomain = operation(
  true,
  z.object({ UserPoolId: poolId, Domain: domainName }),
  (context, input) => {
    const pool = requirePool(context, input.UserPoolId);
    const fits = (entry: { readonly poolId: string; readonly prefix: string }) =>
      entry.poolId === pool.id && entry.prefix === input.Domain;
    if (context.store.domains.find(fits) === undefined) {
      throw new CognitoError('ResourceNotFoundException', 'Domain does not exist.');
    }
    context.store.domains.remove(fits);
    return {};
  },
);

export const poolOperations: Operations = {
  AddCustomAttributes: addCustomAttributes,
  CreateUserPool: createUserPool,
  CreateUserPoolDomain: createUserPoolDomain,
  DeleteUserPool: deleteUserPool,
  DeleteUserPoolDomain: deleteUserPoolDomain,
  DescribeUserPool: describeUserPool,
  DescribeUserPoolDomain: describeUserPoolDomain,
  ListUserPools: listUserPools,
  UpdateUserPool: updateUserPool,
};
