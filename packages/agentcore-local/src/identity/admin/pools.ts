/** Making, changing and removing user pools, for templates and API calls alike. An update keeps id, keys and users. */
import { isDeepStrictEqual } from 'node:util';
import { type IdentityContext, poolArn } from '../context.ts';
import { newPoolId } from '../random.ts';
import { removePool } from '../store/identity-store.ts';
import { type PoolSettings, poolSettings } from '../store/pool-settings.ts';
import type { Pool } from '../store/records.ts';
import { invalid, parseSettings } from './parse.ts';

/** What AWS refuses to change once a pool exists. */
const CREATE_ONLY = ['UsernameConfiguration', 'UsernameAttributes', 'AliasAttributes'] as const;

/** Besides those, attributes that are there. */
function checkUnchanged(before: PoolSettings, after: PoolSettings): void {
  const changed = CREATE_ONLY.find((name) => !isDeepStrictEqual(before[name], after[name]));
  if (changed !== undefined) throw invalid(`${changed} cannot change once the pool exists.`);
  const kept = (before.Schema ?? []).every((old) =>
    after.Schema?.some((entry) => isDeepStrictEqual(entry, old)),
  );
  if (!kept) throw invalid('Schema attributes can be added, never changed or removed.');
}

/**
 * @param given - in the words of AWS::Cognito::UserPool.
 * @param place - what becomes part of the id and the ARN, and a name where none is given.
 * @throws CognitoError `InvalidParameterException`
 */
export async function createPool(
  context: IdentityContext,
  given: unknown,
  place: { readonly region: string; readonly account: string; readonly name: string },
): Promise<Pool> {
  const settings = parseSettings(given, poolSettings);
  const id = newPoolId(place.region);
  const now = context.now();
  const pool: Pool = {
    id,
    arn: poolArn(place, id),
    name: settings.UserPoolName ?? place.name,
    region: place.region,
    settings,
    createdAt: now,
    modifiedAt: now,
  };
  await context.keys.create(id);
  context.store.pools.add(pool);
  return pool;
}

/** @throws CognitoError `InvalidParameterException`, also for what cannot change. */
export function updatePool(context: IdentityContext, before: Pool, given: unknown): Pool {
  const settings = parseSettings(given, poolSettings);
  checkUnchanged(before.settings, settings);
  const name = settings.UserPoolName ?? before.name;
  const pool: Pool = { ...before, name, settings, modifiedAt: context.now() };
  context.store.pools.change(
    ({ id }) => id === before.id,
    () => pool,
  );
  return pool;
}

/** @throws CognitoError `InvalidParameterException` while the pool is protected. */
export function deletePool(context: IdentityContext, poolId: string): void {
  const pool = context.store.pools.find(({ id }) => id === poolId);
  if (pool?.settings.DeletionProtection === 'ACTIVE') {
    throw invalid(`User pool ${poolId} has deletion protection. Set DeletionProtection to INACTIVE first.`);
  }
  removePool(context.store, poolId);
}
