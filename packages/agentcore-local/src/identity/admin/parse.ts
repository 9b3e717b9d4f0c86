/** Reads the settings of a pool, a client or what belongs to them, from a template or from an API call. */
import type { z } from 'zod';
import { LoadError } from '../../load-error.ts';
import type { IdentityContext } from '../context.ts';
import { CognitoError } from '../errors.ts';
import type { Pool } from '../store/records.ts';

export const invalid = (message: string): CognitoError =>
  new CognitoError('InvalidParameterException', message);

/** @throws CognitoError `InvalidParameterException` naming the setting and what is wrong with it, never its value. */
export function parseSettings<T>(given: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw invalid(`${problems.join('; ')}. This is all the local Cognito knows of the type.`);
}

/** @throws CognitoError `InvalidParameterException` */
export function knownPool(context: IdentityContext, poolId: string): Pool {
  const pool = context.store.pools.find(({ id }) => id === poolId);
  if (pool !== undefined) return pool;
  throw invalid(`there is no user pool ${poolId}.`);
}

/**
 * Runs something for a resource of a template.
 * @throws LoadError `property_invalid` naming the resource, where an API call would get a CognitoError.
 */
export async function forTemplate<T>(logicalId: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error;
    throw new LoadError('property_invalid', `"${logicalId}": ${error.message}`);
  }
}
