/** The prefix of a pool's hosted domain, for templates and API calls alike. A pool has one. */
import { z } from 'zod';
import type { IdentityContext } from '../context.ts';
import { invalid, knownPool, parseSettings } from './parse.ts';

const settings = z.strictObject({
  UserPoolId: z.string().min(1),
  Domain: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'is a prefix of lower-case letters, digits and hyphens')
    // AWS reserves these words (cognito-user-pools-assign-domain-prefix).
    .refine((prefix) => !/aws|amazon|cognito/.test(prefix), 'may not hold "aws", "amazon" or "cognito"'),
  ManagedLoginVersion: z.number().int().optional(),
});

/**
 * @param replaced - a prefix that the new one takes the place of.
 * @returns the prefix.
 * @throws CognitoError `InvalidParameterException`
 */
export function addDomain(context: IdentityContext, given: unknown, replaced?: string): string {
  const { UserPoolId, Domain } = parseSettings(given, settings);
  knownPool(context, UserPoolId);
  const { domains } = context.store;
  const others = domains.filter(({ prefix }) => prefix !== replaced);
  if (others.some(({ prefix }) => prefix === Domain)) {
    throw invalid(`the domain prefix "${Domain}" is taken.`);
  }
  if (others.some(({ poolId }) => poolId === UserPoolId)) {
    throw invalid('this user pool already has a domain.');
  }
  domains.remove(({ prefix }) => prefix === replaced);
  domains.add({ poolId: UserPoolId, prefix: Domain });
  return Domain;
}
