/**
 * The configuration of an OAuth2 credential provider: what runs locally is a provider that says where its
 * authorization server is, with a client secret that is given with it.
 */
import { isJsonObject, type Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { invalid } from '../control-error.ts';

/** Vendors whose endpoints are given with `includedOauth2ProviderConfig`. */
const INCLUDED = new Set([
  'XOauth2',
  'OktaOauth2',
  'OneLoginOauth2',
  'PingOneOauth2',
  'FacebookOauth2',
  'YandexOauth2',
  'RedditOauth2',
  'ZoomOauth2',
  'TwitchOauth2',
  'SpotifyOauth2',
  'DropboxOauth2',
  'NotionOauth2',
  'HubspotOauth2',
  'CyberArkOauth2',
  'FusionAuthOauth2',
  'Auth0Oauth2',
  'CognitoOauth2',
]);

/** https, or http on this machine: a secret is sent there. */
const url = z.url().refine((text) => /^https:\/\/|^http:\/\/(127\.0\.0\.1|\[::1\])([:/]|$)/.test(text), {
  error: 'must be an https URL, or http on this machine',
});

const secret = {
  clientId: z.string().min(1).max(256),
  clientSecret: z.string().min(1).max(2048),
  clientSecretSource: z.literal('MANAGED').optional(),
};

const metadata = z.strictObject({
  issuer: url,
  authorizationEndpoint: url,
  tokenEndpoint: url,
  responseTypes: z.array(z.string()).optional(),
  tokenEndpointAuthMethods: z.array(z.string()).optional(),
});

const custom = z.strictObject({
  ...secret,
  oauthDiscovery: z.union([
    z.strictObject({ discoveryUrl: url }),
    z.strictObject({ authorizationServerMetadata: metadata }),
  ]),
  clientAuthenticationMethod: z.enum(['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST']).optional(),
  onBehalfOfTokenExchangeConfig: z.json().optional(),
});

const included = z.strictObject({
  ...secret,
  issuer: url,
  authorizationEndpoint: url,
  tokenEndpoint: url,
});

const givenConfig = z.union([
  z.strictObject({ customOauth2ProviderConfig: custom }),
  z.strictObject({ includedOauth2ProviderConfig: included }),
]);

export type ParsedProvider = {
  /** As given, without the secret. */
  readonly config: Json;
  readonly output: Json;
  readonly secret: string;
};

function parseCustom({
  clientSecret,
  clientSecretSource: _source,
  ...rest
}: z.infer<typeof custom>): ParsedProvider {
  const config = z.json().parse({ customOauth2ProviderConfig: rest });
  return { config, output: config, secret: clientSecret };
}

function parseIncluded(given: z.infer<typeof included>): ParsedProvider {
  const { clientSecret, clientSecretSource: _source, ...config } = given;
  const { clientId, ...authorizationServerMetadata } = config;
  const output = { oauthDiscovery: { authorizationServerMetadata }, clientId };
  return {
    config: { includedOauth2ProviderConfig: config },
    output: { includedOauth2ProviderConfig: output },
    secret: clientSecret,
  };
}

/** A problem with the member that was given, in words that never hold its value. */
function problemOf(given: Json, member: string, schema: z.ZodType): string {
  const parsed = schema.safeParse(isJsonObject(given) ? given[member] : undefined);
  const issue = parsed.error?.issues[0];
  if (issue?.code === 'unrecognized_keys')
    return `${member}: ${issue.keys.join(', ')} is not supported locally`;
  return `${[member, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'is not valid'}`;
}

/**
 * @param vendor - `CustomOauth2`, or one of those that take explicit endpoints.
 * @throws ControlError `ValidationException` naming the field, never its value.
 */
export function parseProvider(vendor: string, given: Json): ParsedProvider {
  const [member, schema]: readonly [string, z.ZodType] = INCLUDED.has(vendor)
    ? ['includedOauth2ProviderConfig', included]
    : ['customOauth2ProviderConfig', custom];
  if (vendor !== 'CustomOauth2' && !INCLUDED.has(vendor)) {
    throw invalid(`credentialProviderVendor: ${vendor} is not supported locally; use CustomOauth2`);
  }
  // Any vendor may be described in full.
  const full = isJsonObject(given) && Object.hasOwn(given, 'customOauth2ProviderConfig');
  if (full && member !== 'customOauth2ProviderConfig') {
    throw invalid(`oauth2ProviderConfigInput: ${vendor} goes with includedOauth2ProviderConfig`);
  }
  const parsed = givenConfig.safeParse(given);
  if (!parsed.success) throw invalid(`oauth2ProviderConfigInput.${problemOf(given, member, schema)}`);
  if (!Object.hasOwn(parsed.data, member)) {
    throw invalid(`oauth2ProviderConfigInput: ${vendor} goes with ${member}`);
  }
  return 'customOauth2ProviderConfig' in parsed.data
    ? parseCustom(parsed.data.customOauth2ProviderConfig)
    : parseIncluded(parsed.data.includedOauth2ProviderConfig);
}
