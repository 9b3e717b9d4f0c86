/** AWS::Cognito::UserPoolClient. An update keeps id and secret; `UserPoolId` and `GenerateSecret` are create-only. */
import { SELF_SERVICE_SCOPE } from '@secure-agent/contracts';
import type { ResourceHandler, ResourceRequest, ResourceResult } from '../../ports.ts';
import type { IdentityContext } from '../context.ts';
import { newClientId, newClientSecret } from '../random.ts';
import { type ClientSettings, clientSettings } from '../store/client-settings.ts';
import { customScopes, removeClient } from '../store/identity-store.ts';
import type { Client, Pool } from '../store/records.ts';
import { attributeName, STANDARD_ATTRIBUTES } from '../users/attributes.ts';
import { invalid, parseProperties } from './parse.ts';

const OPENID_SCOPES = ['openid', 'email', 'phone', 'profile', SELF_SERVICE_SCOPE];
const VERIFIED = ['email_verified', 'phone_number_verified'];

const result = ({ clientId, clientSecret, clientName }: Client): ResourceResult => ({
  physicalId: clientId,
  attributes: {
    ClientId: clientId,
    Name: clientName,
    ...(clientSecret === undefined ? {} : { ClientSecret: clientSecret }),
  },
});

function checkAttributeNames(logicalId: string, pool: Pool, settings: ClientSettings): void {
  const known = [...STANDARD_ATTRIBUTES, ...VERIFIED, ...(pool.settings.Schema ?? []).map(attributeName)];
  const named = [...(settings.ReadAttributes ?? []), ...(settings.WriteAttributes ?? [])];
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(logicalId, `the pool has no attribute "${unknown}".`);
}

function checkScopes(logicalId: string, context: IdentityContext, settings: ClientSettings): void {
  const custom = customScopes(context.store, settings.UserPoolId);
  const isMachine = settings.AllowedOAuthFlows?.includes('client_credentials') === true;
  const unknown = settings.AllowedOAuthScopes?.find(
    (scope) => !custom.has(scope) && (isMachine || !OPENID_SCOPES.includes(scope)),
  );
  if (unknown !== undefined) throw invalid(logicalId, `no resource server defines the scope "${unknown}".`);
}

function settingsOf(context: IdentityContext, { logicalId, properties }: ResourceRequest): ClientSettings {
  const settings = parseProperties(logicalId, properties, clientSettings);
  const pool = context.store.pools.find(({ id }) => id === settings.UserPoolId);
  if (pool === undefined) throw invalid(logicalId, `there is no user pool ${settings.UserPoolId}.`);
  checkAttributeNames(logicalId, pool, settings);
  checkScopes(logicalId, context, settings);
  return settings;
}

function create(context: IdentityContext, request: ResourceRequest): ResourceResult {
  const settings = settingsOf(context, request);
  const now = context.now();
  const client: Client = {
    poolId: settings.UserPoolId,
    clientId: newClientId(),
    clientName: settings.ClientName ?? request.logicalId,
    ...(settings.GenerateSecret === true ? { clientSecret: newClientSecret() } : {}),
    settings,
    createdAt: now,
    modifiedAt: now,
  };
  context.store.clients.add(client);
  return result(client);
}

export const userPoolClientHandler = (context: IdentityContext): ResourceHandler => ({
  type: 'AWS::Cognito::UserPoolClient',
  create: async (request) => create(context, request),
  async update(request, { physicalId }) {
    const settings = settingsOf(context, request);
    const before = context.store.clients.find(({ clientId }) => clientId === physicalId);
    const hasSecret = before?.clientSecret !== undefined;
    if (
      before === undefined ||
      before.poolId !== settings.UserPoolId ||
      hasSecret !== (settings.GenerateSecret === true)
    ) {
      const made = create(context, request);
      removeClient(context.store, physicalId);
      return made;
    }
    const clientName = settings.ClientName ?? before.clientName;
    const client: Client = { ...before, clientName, settings, modifiedAt: context.now() };
    context.store.clients.change(
      ({ clientId }) => clientId === physicalId,
      () => client,
    );
    return result(client);
  },
  remove: async (physicalId) => removeClient(context.store, physicalId),
});
