/** From a provider's name to a client that can ask for tokens. */
import { canonicalJson, ok, type Result } from '@secure-agent/contracts';
import type { IdentityRegistry, Oauth2ProviderRecord, ProviderSecrets, VaultRefusal } from '../ports.ts';
import type { AuthorizationServers } from './authorization-servers.ts';
import { digest, keyOf } from './opaque.ts';
import { type ExchangeConfig, readSettings } from './provider-settings.ts';
import { invalid, refuse } from './refusal.ts';
import type { TokenEndpointClient } from './token-client.ts';

export type Provider = {
  readonly record: Oauth2ProviderRecord;
  readonly client: TokenEndpointClient;
  readonly exchange?: ExchangeConfig;
  /** Changes with the provider's configuration: what another configuration gave is not given out under this one. */
  readonly fingerprint: string;
  /** Changes with the configuration and the secret. */
  readonly secretFingerprint: string;
};

export type Providers = (nameOrArn: string) => Promise<Result<Provider, VaultRefusal>>;

export type ProvidersOptions = {
  readonly registry: Pick<IdentityRegistry, 'oauth2Provider'>;
  readonly secrets: Pick<ProviderSecrets, 'get'>;
  readonly servers: AuthorizationServers;
};

/** Looks a provider up anew for each request: the control plane may have changed it. */
export function createProviders({ registry, secrets, servers }: ProvidersOptions): Providers {
  return async (nameOrArn) => {
    const record = registry.oauth2Provider(nameOrArn);
    if (record === undefined)
      return refuse('ResourceNotFoundException', 'The OAuth2 credential provider does not exist.');
    const settings = readSettings(record);
    if (!settings.ok) return settings;
    const clientSecret = secrets.get(record.credentialProviderArn);
    if (clientSecret === undefined)
      return invalid(`Credential provider ${record.name} has no client secret. Update it with one.`);
    const server = await servers(settings.value);
    if (!server.ok) return server;
    const { clientId, exchange } = settings.value;
    const fingerprint = keyOf([record.credentialProviderArn, canonicalJson(record.config)]);
    return ok({
      record,
      client: { server: server.value, clientId, clientSecret },
      ...(exchange === undefined ? {} : { exchange }),
      fingerprint,
      secretFingerprint: keyOf([fingerprint, digest(clientSecret)]),
    });
  };
}
