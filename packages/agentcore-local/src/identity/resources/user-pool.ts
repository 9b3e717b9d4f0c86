/** AWS::Cognito::UserPool. An update keeps id, keys and users. */
import { isDeepStrictEqual } from 'node:util';
import { LoadError } from '../../load-error.ts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { newPoolId } from '../random.ts';
import { removePool } from '../store/identity-store.ts';
import { type PoolSettings, poolSettings } from '../store/pool-settings.ts';
import type { Pool } from '../store/records.ts';
import { invalid, parseProperties } from './parse.ts';

/** URLs carry AWS's host, as on AWS: the loader turns those into local ones, in one place and for the port of today. */
const result = ({ id, arn, region }: Pool): ResourceResult => {
  const provider = `cognito-idp.${region}.amazonaws.com/${id}`;
  return {
    physicalId: id,
    attributes: { Arn: arn, ProviderName: provider, ProviderURL: `https://${provider}`, UserPoolId: id },
  };
};

/** What AWS refuses to change once a pool exists: `UsernameConfiguration`, and attributes that are there. */
function checkUnchanged(logicalId: string, before: PoolSettings, after: PoolSettings): void {
  if (!isDeepStrictEqual(before.UsernameConfiguration, after.UsernameConfiguration)) {
    throw invalid(logicalId, 'UsernameConfiguration cannot change once the pool exists.');
  }
  const kept = (before.Schema ?? []).every((old) =>
    after.Schema?.some((entry) => isDeepStrictEqual(entry, old)),
  );
  if (!kept) throw invalid(logicalId, 'Schema attributes can be added, never changed or removed.');
}

async function create(context: IdentityContext, request: ResourceRequest): Promise<ResourceResult> {
  const settings = parseProperties(request.logicalId, request.properties, poolSettings);
  const { region, account } = request.stack;
  const id = newPoolId(region);
  const now = context.now();
  const pool: Pool = {
    id,
    arn: `arn:aws:cognito-idp:${region}:${account}:userpool/${id}`,
    name: settings.UserPoolName ?? request.logicalId,
    region,
    settings,
    createdAt: now,
    modifiedAt: now,
  };
  await context.keys.create(id);
  context.store.pools.add(pool);
  return result(pool);
}

export const userPoolHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPool',
  create: (request) => create(context, request),
  async update(request, { physicalId }) {
    const settings = parseProperties(request.logicalId, request.properties, poolSettings);
    const before = context.store.pools.find(({ id }) => id === physicalId);
    if (before === undefined) return create(context, request);
    checkUnchanged(request.logicalId, before.settings, settings);
    const name = settings.UserPoolName ?? before.name;
    const pool: Pool = { ...before, name, settings, modifiedAt: context.now() };
    context.store.pools.change(
      ({ id }) => id === physicalId,
      () => pool,
    );
    return result(pool);
  },
  async remove(physicalId) {
    const pool = context.store.pools.find(({ id }) => id === physicalId);
    if (pool?.settings.DeletionProtection === 'ACTIVE') {
      throw new LoadError(
        'property_invalid',
        `User pool ${physicalId} has deletion protection. Deploy it with DeletionProtection INACTIVE first.`,
      );
    }
    removePool(context.store, physicalId);
  },
});
