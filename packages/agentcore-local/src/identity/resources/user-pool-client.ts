/** AWS::Cognito::UserPoolClient. `UserPoolId` and `GenerateSecret` are create-only: a change of one is a new client. */
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import { createClient, parseClient, replaceClient } from '../admin/clients.ts';
import { forTemplate } from '../admin/parse.ts';
import type { IdentityContext } from '../context.ts';
import { removeClient } from '../store/identity-store.ts';
import type { Client } from '../store/records.ts';

const result = ({ clientId, clientSecret, clientName }: Client): ResourceResult => ({
  physicalId: clientId,
  attributes: {
    ClientId: clientId,
    Name: clientName,
    ...(clientSecret === undefined ? {} : { ClientSecret: clientSecret }),
  },
});

function update(context: IdentityContext, request: ResourceRequest, physicalId: string): ResourceResult {
  const settings = parseClient(context, request.properties);
  const before = context.store.clients.find(({ clientId }) => clientId === physicalId);
  const hasSecret = before?.clientSecret !== undefined;
  const isSame = before?.poolId === settings.UserPoolId && hasSecret === (settings.GenerateSecret === true);
  if (before !== undefined && isSame) return result(replaceClient(context, before, settings));
  const made = result(createClient(context, settings, request.logicalId));
  removeClient(context.store, physicalId);
  return made;
}

export const userPoolClientHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolClient',
  create: (request) =>
    forTemplate(request.logicalId, () =>
      result(createClient(context, parseClient(context, request.properties), request.logicalId)),
    ),
  update: (request, { physicalId }) =>
    forTemplate(request.logicalId, () => update(context, request, physicalId)),
  remove: async (physicalId) => removeClient(context.store, physicalId),
});
