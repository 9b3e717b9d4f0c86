/**
 * What the vault needs of an OAuth2 credential provider's configuration.
 * Source: control API reference, CustomOauth2ProviderConfigInput and IncludedOauth2ProviderConfigInput.
 */
import { ok, type Result } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Oauth2ProviderRecord, VaultRefusal } from '../ports.ts';
import { invalid } from './refusal.ts';

const exchangeConfig = z.object({
  grantType: z.enum(['TOKEN_EXCHANGE', 'JWT_AUTHORIZATION_GRANT']),
  tokenExchangeGrantTypeConfig: z
    .object({
      actorTokenContent: z.enum(['NONE', 'M2M', 'AWS_IAM_ID_TOKEN_JWT']),
      actorTokenScopes: z.array(z.string()).optional(),
    })
    .optional(),
});
export type ExchangeConfig = z.infer<typeof exchangeConfig>;

const serverMetadata = z.object({
  issuer: z.string().optional(),
  authorizationEndpoint: z.string().optional(),
  tokenEndpoint: z.string(),
  tokenEndpointAuthMethods: z.array(z.string()).optional(),
});
export type ServerMetadata = z.infer<typeof serverMetadata>;

const custom = z.object({
  customOauth2ProviderConfig: z.object({
    clientId: z.string().min(1),
    oauthDiscovery: z.union([
      z.object({ discoveryUrl: z.string() }),
      z.object({ authorizationServerMetadata: serverMetadata }),
    ]),
    clientAuthenticationMethod: z.string().optional(),
    onBehalfOfTokenExchangeConfig: exchangeConfig.optional(),
  }),
});

const included = z.object({
  includedOauth2ProviderConfig: serverMetadata.extend({ clientId: z.string().min(1) }),
});

/** Either way a provider says where its authorization server is. */
export type ServerAddress =
  | { readonly discoveryUrl: string }
  | { readonly authorizationServerMetadata: ServerMetadata };

export type ProviderSettings = {
  readonly clientId: string;
  readonly server: ServerAddress;
  /** CLIENT_SECRET_BASIC or CLIENT_SECRET_POST; absent where the configuration leaves it to the server's metadata. */
  readonly authentication?: 'CLIENT_SECRET_BASIC' | 'CLIENT_SECRET_POST';
  readonly exchange?: ExchangeConfig;
};

const clientSecretMethod = z.enum(['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST']).optional();

/** Reads a provider's configuration; refuses by name what this machine cannot do. */
export function readSettings(provider: Oauth2ProviderRecord): Result<ProviderSettings, VaultRefusal> {
  const { name, credentialProviderVendor, config } = provider;
  const customConfig = custom.safeParse(config).data?.customOauth2ProviderConfig;
  if (customConfig !== undefined) {
    const { clientId, oauthDiscovery, onBehalfOfTokenExchangeConfig: exchange } = customConfig;
    const method = clientSecretMethod.safeParse(customConfig.clientAuthenticationMethod);
    if (!method.success)
      return invalid(
        `Credential provider ${name}: client authentication other than with a client secret is not supported locally.`,
      );
    return ok({
      ...{ clientId, server: oauthDiscovery },
      ...(method.data === undefined ? {} : { authentication: method.data }),
      ...(exchange === undefined ? {} : { exchange }),
    });
  }
  const server = included.safeParse(config).data?.includedOauth2ProviderConfig;
  if (server !== undefined)
    return ok({ clientId: server.clientId, server: { authorizationServerMetadata: server } });
  return invalid(
    `Credential provider ${name}: vendor ${credentialProviderVendor} is not supported locally without its endpoints. ` +
      'Use customOauth2ProviderConfig, or includedOauth2ProviderConfig with tokenEndpoint and authorizationEndpoint.',
  );
}
