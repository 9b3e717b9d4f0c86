/** AWS::Cognito::UserPoolDomain: a prefix. Pool and prefix are create-only, so a change of either is a new domain. */
import { z } from 'zod';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { invalid, parseProperties } from './parse.ts';

const properties = z.strictObject({
  UserPoolId: z.string().min(1),
  Domain: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'is a prefix of lower-case letters, digits and hyphens')
    // AWS reserves these words (cognito-user-pools-assign-domain-prefix).
    .refine((prefix) => !/aws|amazon|cognito/.test(prefix), 'may not hold "aws", "amazon" or "cognito"'),
  ManagedLoginVersion: z.number().int().optional(),
});

function add(context: IdentityContext, request: ResourceRequest, replaced?: string): ResourceResult {
  const { UserPoolId, Domain } = parseProperties(request.logicalId, request.properties, properties);
  const { domains, pools } = context.store;
  if (pools.find(({ id }) => id === UserPoolId) === undefined) {
    throw invalid(request.logicalId, `there is no user pool ${UserPoolId}.`);
  }
  const others = domains.filter(({ prefix }) => prefix !== replaced);
  if (others.some(({ prefix }) => prefix === Domain)) {
    throw invalid(request.logicalId, `the domain prefix "${Domain}" is taken.`);
  }
  if (others.some(({ poolId }) => poolId === UserPoolId)) {
    throw invalid(request.logicalId, 'this user pool already has a domain.');
  }
  domains.remove(({ prefix }) => prefix === replaced);
  domains.add({ poolId: UserPoolId, prefix: Domain });
  return { physicalId: Domain, attributes: {} };
}

export const userPoolDomainHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolDomain',
  create: async (request) => add(context, request),
  update: async (request, { physicalId }) => add(context, request, physicalId),
  remove: async (physicalId) => context.store.domains.remove(({ prefix }) => prefix === physicalId),
});
