/** Making and changing app clients, for templates and API calls alike. An update keeps id and secret. */
import { SELF_SERVICE_SCOPE } from '@secure-agent/contracts';
import type { IdentityContext } from '../context.ts';
import { newClientId, newClientSecret } from '../random.ts';
import { type ClientSettings, clientSettings } from '../store/client-settings.ts';
import { customScopes } from '../store/identity-store.ts';
import type { Client, Pool } from '../store/records.ts';
import { attributeName, STANDARD_ATTRIBUTES } from '../users/attributes.ts';
import { invalid, knownPool, parseSettings } from './parse.ts';

const OPENID_SCOPES = ['openid', 'email', 'phone', 'profile', SELF_SERVICE_SCOPE];
const VERIFIED = ['email_verified', 'phone_number_verified'];

function checkAttributeNames(pool: Pool, settings: ClientSettings): void {
  const known = [...STANDARD_ATTRIBUTES, ...VERIFIED, ...(pool.settings.Schema ?? []).map(attributeName)];
  const named = [...(settings.ReadAttributes ?? []), ...(settings.WriteAttributes ?? [])];
  const unknown = named.find((name) => !known.includes(name));
  if (unknown !== undefined) throw invalid(`the pool has no attribute "${unknown}".`);
}

const isMachine = ({ AllowedOAuthFlows, ExplicitAuthFlows }: ClientSettings): boolean =>
  AllowedOAuthFlows?.includes('client_credentials') === true ||
  ExplicitAuthFlows?.includes('ALLOW_CLIENT_TOKEN_AUTH') === true;

function checkScopes(context: IdentityContext, settings: ClientSettings): void {
  const custom = customScopes(context.store, settings.UserPoolId);
  const unknown = settings.AllowedOAuthScopes?.find(
    (scope) => !custom.has(scope) && (isMachine(settings) || !OPENID_SCOPES.includes(scope)),
  );
  if (unknown !== undefined) throw invalid(`no resource server defines the scope "${unknown}".`);
}

/**
 * @param given - in the words of AWS::Cognito::UserPoolClient, which are those of the API too.
 * @throws CognitoError `InvalidParameterException`
 */
export function parseClient(context: IdentityContext, given: unknown): ClientSettings {
  const settings = parseSettings(given, clientSettings);
  checkAttributeNames(knownPool(context, settings.UserPoolId), settings);
  checkScopes(context, settings);
  return settings;
}

/** @param name - where the settings give none. */
export function createClient(context: IdentityContext, settings: ClientSettings, name: string): Client {
  const now = context.now();
  const client: Client = {
    poolId: settings.UserPoolId,
    clientId: newClientId(),
    clientName: settings.ClientName ?? name,
    ...(settings.GenerateSecret === true ? { clientSecret: newClientSecret() } : {}),
    settings,
    createdAt: now,
    modifiedAt: now,
  };
  context.store.clients.add(client);
  return client;
}

/** Replaces all settings: what is left out gets its default, as on AWS. */
export function replaceClient(context: IdentityContext, before: Client, settings: ClientSettings): Client {
  const clientName = settings.ClientName ?? before.clientName;
  const client: Client = { ...before, clientName, settings, modifiedAt: context.now() };
  context.store.clients.change(
    ({ clientId }) => clientId === before.clientId,
    () => client,
  );
  return client;
}
