/**
 * Bodies of the data plane's identity operations.
 * Names, patterns and limits: data-plane API reference, GetWorkloadAccessToken* to CompleteResourceTokenAuth.
 */
import { z } from 'zod';

const workloadName = z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/);
const userToken = z.string().min(1).max(131_072);
const userId = z.string().min(1).max(128);
const workloadIdentityToken = z.string().min(1).max(131_072);
const providerName = z.string().regex(/^[a-zA-Z0-9\-_]{1,128}$/);
const sessionUri = z
  .string()
  .max(1024)
  .regex(/^urn:ietf:params:oauth:request_uri:[a-zA-Z0-9\-._~]+$/);

/** RFC 6749 section 3.3, and 128 characters. */
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/);

export const ownTokenInput = z.object({ workloadName });
export const jwtTokenInput = z.object({ workloadName, userToken });
export const userIdTokenInput = z.object({ workloadName, userId });

export const oauth2TokenInput = z.object({
  workloadIdentityToken,
  resourceCredentialProviderName: providerName,
  scopes: z.array(scope).max(100),
  oauth2Flow: z.enum(['M2M', 'USER_FEDERATION', 'ON_BEHALF_OF_TOKEN_EXCHANGE']),
  sessionUri: sessionUri.optional(),
  resourceOauth2ReturnUrl: z.string().min(1).max(2048).optional(),
  forceAuthentication: z.boolean().optional(),
  customParameters: z.record(z.string().min(1).max(256), z.string().max(2048)).optional(),
  customState: z.string().min(1).max(4096).optional(),
  resources: z.array(z.string().min(1).max(2048)).max(10).optional(),
  audiences: z.array(z.string().min(1).max(2048)).max(10).optional(),
});
export type Oauth2TokenInput = z.infer<typeof oauth2TokenInput>;

export const apiKeyInput = z.object({ workloadIdentityToken, resourceCredentialProviderName: providerName });

export const completeInput = z.object({
  sessionUri,
  userIdentifier: z.union([z.strictObject({ userToken }), z.strictObject({ userId })]),
});
