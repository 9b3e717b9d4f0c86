/** Workload identities, credential providers and the token vault's key, in the words of the control API. No secret is here. */
import { z } from 'zod';
import { json } from './common.ts';

const identityTimes = { createdTime: z.string(), lastUpdatedTime: z.string() };

export const workloadIdentityInput = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{3,255}$/, 'must be 3 to 255 letters, digits, dots, hyphens and underscores'),
  allowedResourceOauth2ReturnUrls: z.array(z.url().max(2048)).default([]),
});
export type WorkloadIdentityInput = z.infer<typeof workloadIdentityInput>;

export const workloadIdentityRecord = workloadIdentityInput.extend({
  workloadIdentityArn: z.string(),
  allowedResourceOauth2ReturnUrls: z.array(z.string()),
  linkedToService: z.boolean(),
  ...identityTimes,
});
export type WorkloadIdentityRecord = z.infer<typeof workloadIdentityRecord>;

const providerName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,128}$/, 'must be 1 to 128 letters, digits, hyphens and underscores');

export const oauth2ProviderInput = z.strictObject({
  name: providerName,
  credentialProviderVendor: z.string(),
  oauth2ProviderConfigInput: json,
});
export type Oauth2ProviderInput = z.infer<typeof oauth2ProviderInput>;

export const oauth2ProviderRecord = z.strictObject({
  name: providerName,
  credentialProviderArn: z.string(),
  credentialProviderVendor: z.string(),
  /** As it was given, without its secret. */
  config: json,
  oauth2ProviderConfigOutput: json,
  callbackUrl: z.string(),
  clientSecretArn: z.strictObject({ secretArn: z.string() }),
  clientSecretSource: z.literal('MANAGED'),
  status: z.literal('READY'),
  ...identityTimes,
});
export type Oauth2ProviderRecord = z.infer<typeof oauth2ProviderRecord>;

export const apiKeyProviderInput = z.strictObject({
  name: providerName,
  apiKey: z.string().min(1).max(65_536),
  apiKeySecretSource: z.literal('MANAGED').optional(),
});
export type ApiKeyProviderInput = z.infer<typeof apiKeyProviderInput>;

export const apiKeyProviderRecord = z.strictObject({
  name: providerName,
  credentialProviderArn: z.string(),
  apiKeySecretArn: z.strictObject({ secretArn: z.string() }),
  apiKeySecretSource: z.literal('MANAGED'),
  ...identityTimes,
});
export type ApiKeyProviderRecord = z.infer<typeof apiKeyProviderRecord>;

export const kmsConfiguration = z.discriminatedUnion('keyType', [
  z.strictObject({ keyType: z.literal('ServiceManagedKey') }),
  z.strictObject({
    keyType: z.literal('CustomerManagedKey'),
    kmsKeyArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/.+$/, 'is not the ARN of a key'),
  }),
]);

export const tokenVaultRecord = z.strictObject({
  tokenVaultId: z.literal('default'),
  kmsConfiguration,
  lastModifiedDate: z.string(),
});
export type TokenVaultRecord = z.infer<typeof tokenVaultRecord>;
