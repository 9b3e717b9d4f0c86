/** How a gateway signs in at a target: `credentialProviderConfigurations`, read strictly. */
import { z } from 'zod';
import type { TargetRecord } from '../../../ports.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import { isFraming } from './restricted-headers.ts';

const iamCredentialProvider = z.strictObject({
  service: z.string().regex(/^[a-zA-Z0-9._-]{1,64}$/),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .optional(),
});

const oauthCredentialProvider = z.strictObject({
  providerArn: z.string().min(1),
  grantType: z
    .enum(['CLIENT_CREDENTIALS', 'AUTHORIZATION_CODE', 'TOKEN_EXCHANGE'])
    .default('CLIENT_CREDENTIALS'),
  scopes: z.array(z.string().min(1).max(64)).max(100).default([]),
  customParameters: z.record(z.string(), z.string()).optional(),
  defaultReturnUrl: z.string().min(1).optional(),
});

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;

const apiKeyCredentialProvider = z.strictObject({
  providerArn: z.string().min(1),
  credentialLocation: z.enum(['HEADER', 'QUERY_PARAMETER']).default('HEADER'),
  credentialParameterName: z.string().min(1).max(64).optional(),
  credentialPrefix: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/)
    .optional(),
});

const configuration = z.discriminatedUnion('credentialProviderType', [
  z.strictObject({
    credentialProviderType: z.literal('GATEWAY_IAM_ROLE'),
    credentialProvider: z.strictObject({ iamCredentialProvider }).optional(),
  }),
  z.strictObject({
    credentialProviderType: z.literal('OAUTH'),
    credentialProvider: z.strictObject({ oauthCredentialProvider }),
  }),
  z.strictObject({
    credentialProviderType: z.literal('API_KEY'),
    credentialProvider: z.strictObject({ apiKeyCredentialProvider }),
  }),
]);

export type OauthConfiguration = z.infer<typeof oauthCredentialProvider> & { readonly kind: 'oauth' };
export type ApiKeyConfiguration = {
  readonly kind: 'api_key';
  readonly providerArn: string;
  readonly location: 'HEADER' | 'QUERY_PARAMETER';
  /** Of a header in lower case. */
  readonly name: string;
  /** As it stands before the key, with its space. */
  readonly prefix: string;
};
export type IamConfiguration = z.infer<typeof iamCredentialProvider> & { readonly kind: 'iam' };
export type CredentialConfiguration =
  | OauthConfiguration
  | ApiKeyConfiguration
  | IamConfiguration
  | { readonly kind: 'none' };

/** The CDK's defaults: `Authorization: Bearer …`, or `api_key` with nothing before the key. */
function apiKey(where: string, given: z.infer<typeof apiKeyCredentialProvider>): ApiKeyConfiguration {
  const inHeader = given.credentialLocation === 'HEADER';
  const name = given.credentialParameterName ?? (inHeader ? 'Authorization' : 'api_key');
  const lower = name.toLowerCase();
  if (inHeader && (!HEADER_NAME.test(name) || (lower !== 'authorization' && isFraming(lower)))) {
    throw new GatewayMisconfigured(`${where}: an API key cannot stand in header ${name}`);
  }
  const prefix = given.credentialPrefix ?? (inHeader ? 'Bearer' : '');
  return {
    kind: 'api_key',
    providerArn: given.providerArn,
    location: given.credentialLocation,
    name: inHeader ? lower : name,
    prefix: prefix === '' || prefix.endsWith(' ') ? prefix : `${prefix} `,
  };
}

function oauth(where: string, given: z.infer<typeof oauthCredentialProvider>): OauthConfiguration {
  if (given.grantType === 'AUTHORIZATION_CODE' && given.defaultReturnUrl === undefined) {
    throw new GatewayMisconfigured(`${where}: AUTHORIZATION_CODE needs a defaultReturnUrl`);
  }
  return { kind: 'oauth', ...given };
}

/** AWS has these two for other targets and gateways (devguide gateway-building-adding-targets-authorization). */
const ELSEWHERE: Readonly<Record<string, string>> = {
  CALLER_IAM_CREDENTIALS: 'CALLER_IAM_CREDENTIALS is not supported locally',
  JWT_PASSTHROUGH:
    "JWT_PASSTHROUGH is for HTTP targets only: an MCP target is never given the caller's token",
};

function single({ name, credentialProviderConfigurations }: TargetRecord, where: string): unknown {
  if (credentialProviderConfigurations.length > 1) {
    throw new GatewayMisconfigured(`target ${name} has more than one credential provider`);
  }
  const [entry] = credentialProviderConfigurations;
  const type = z.object({ credentialProviderType: z.string() }).safeParse(entry).data?.credentialProviderType;
  const refused = type !== undefined && Object.hasOwn(ELSEWHERE, type) ? ELSEWHERE[type] : undefined;
  if (refused !== undefined) throw new GatewayMisconfigured(`${where}: ${refused}`);
  return entry;
}

/**
 * The credential of an OpenAPI or MCP-server target.
 * @throws GatewayMisconfigured naming what is not supported, and GATEWAY_IAM_ROLE without the service to sign for.
 */
export function credentialConfigurationOf(target: TargetRecord): CredentialConfiguration {
  const where = `target ${target.name}: credentialProviderConfigurations`;
  const entry = single(target, where);
  if (entry === undefined) return { kind: 'none' };
  const parsed = configuration.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new GatewayMisconfigured(`${where}: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const { data } = parsed;
  if (data.credentialProviderType === 'OAUTH') {
    return oauth(where, data.credentialProvider.oauthCredentialProvider);
  }
  if (data.credentialProviderType === 'API_KEY') {
    return apiKey(where, data.credentialProvider.apiKeyCredentialProvider);
  }
  if (data.credentialProvider === undefined) {
    throw new GatewayMisconfigured(`${where}: GATEWAY_IAM_ROLE needs iamCredentialProvider.service here`);
  }
  return { kind: 'iam', ...data.credentialProvider.iamCredentialProvider };
}

/**
 * A Lambda target is called with the gateway's role and nothing else.
 * @throws GatewayMisconfigured for any other credential.
 */
export function requireGatewayRole(target: TargetRecord): void {
  const where = `target ${target.name}: credentialProviderConfigurations`;
  const entry = single(target, where);
  const bare = z.strictObject({ credentialProviderType: z.literal('GATEWAY_IAM_ROLE') });
  if (entry !== undefined && !bare.safeParse(entry).success) {
    throw new GatewayMisconfigured(`${where}: a Lambda target takes GATEWAY_IAM_ROLE only`);
  }
}
