/** AWS::Cognito::UserPoolDomain: a prefix. Pool and prefix are create-only, so a change of either is a new domain. */
import type { ResourceHandler, ResourceResult } from '../../ports.ts';
import { addDomain } from '../admin/domains.ts';
import { forTemplate } from '../admin/parse.ts';
import type { IdentityContext } from '../context.ts';

const result = (prefix: string): ResourceResult => ({ physicalId: prefix, attributes: {} });

export const userPoolDomainHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolDomain',
  create: ({ logicalId, properties }) => forTemplate(logicalId, () => result(addDomain(context, properties))),
  update: ({ logicalId, properties }, { physicalId }) =>
    forTemplate(logicalId, () => result(addDomain(context, properties, physicalId))),
  remove: async (physicalId) => context.store.domains.remove(({ prefix }) => prefix === physicalId),
});
