/** Workload identities, credential providers and the token vault over the wire. */
import { z } from 'zod';
import { page } from '../page.ts';
import { tagMap } from '../records/common.ts';
import {
  apiKeyProviderInput,
  kmsConfiguration,
  oauth2ProviderInput,
  workloadIdentityInput,
} from '../records/identity.ts';
import {
  apiKeyProviderOf,
  createApiKeyProvider,
  createOauth2Provider,
  deleteApiKeyProvider,
  deleteOauth2Provider,
  oauth2ProviderOf,
  updateApiKeyProvider,
  updateOauth2Provider,
} from '../resources/credential-providers.ts';
import { setTokenVaultKey, tokenVaultOf } from '../resources/token-vault.ts';
import {
  createWorkloadIdentity,
  deleteWorkloadIdentity,
  updateWorkloadIdentity,
  workloadIdentityOf,
} from '../resources/workload-identities.ts';
import { type Operations, operation, paging } from './operation.ts';

const tags = { tags: tagMap.optional() };
const named = z.strictObject({ name: z.string() });
const tokenVaultId = z.string().optional();

type Created = { readonly createdTime: string; readonly name: string };
const key = ({ createdTime, name }: Created): readonly [string, string] => [createdTime, name];

/** Most items of a page (API_ListWorkloadIdentities, API_ListOauth2CredentialProviders). */
const LIMIT = 20;
const API_KEY_LIMIT = 100;

export const identityOperations: Operations = {
  CreateWorkloadIdentity: operation(
    workloadIdentityInput.extend(tags),
    (control, { tags: given, ...input }) => createWorkloadIdentity(control, input, given),
  ),
  GetWorkloadIdentity: operation(named, (control, { name }) => workloadIdentityOf(control, name)),
  UpdateWorkloadIdentity: operation(workloadIdentityInput, updateWorkloadIdentity),
  DeleteWorkloadIdentity: operation(named, (control, { name }) => {
    deleteWorkloadIdentity(control, name);
    return {};
  }),
  ListWorkloadIdentities: operation(z.strictObject(paging), (control, asked) => {
    const items = Object.values(control.read().workloadIdentities);
    const shown = page({ list: 'workload identities', items, key, limit: LIMIT }, asked);
    return { ...shown, workloadIdentities: shown.items };
  }),

  CreateOauth2CredentialProvider: operation(
    oauth2ProviderInput.extend(tags),
    (control, { tags: given, ...input }) => createOauth2Provider(control, input, given),
  ),
  GetOauth2CredentialProvider: operation(named, (control, { name }) => oauth2ProviderOf(control, name)),
  UpdateOauth2CredentialProvider: operation(oauth2ProviderInput, updateOauth2Provider),
  DeleteOauth2CredentialProvider: operation(named, (control, { name }) => {
    deleteOauth2Provider(control, name);
    return {};
  }),
  ListOauth2CredentialProviders: operation(z.strictObject(paging), (control, asked) => {
    const items = Object.values(control.read().oauth2Providers);
    const shown = page({ list: 'oauth2 credential providers', items, key, limit: LIMIT }, asked);
    return { ...shown, credentialProviders: shown.items };
  }),

  CreateApiKeyCredentialProvider: operation(
    apiKeyProviderInput.extend(tags),
    (control, { tags: given, ...input }) => createApiKeyProvider(control, input, given),
  ),
  GetApiKeyCredentialProvider: operation(named, (control, { name }) => apiKeyProviderOf(control, name)),
  UpdateApiKeyCredentialProvider: operation(apiKeyProviderInput, updateApiKeyProvider),
  DeleteApiKeyCredentialProvider: operation(named, (control, { name }) => {
    deleteApiKeyProvider(control, name);
    return {};
  }),
  ListApiKeyCredentialProviders: operation(z.strictObject(paging), (control, asked) => {
    const items = Object.values(control.read().apiKeyProviders);
    const shown = page({ list: 'api key credential providers', items, key, limit: API_KEY_LIMIT }, asked);
    return { ...shown, credentialProviders: shown.items };
  }),

  GetTokenVault: operation(z.strictObject({ tokenVaultId }), (control, input) =>
    tokenVaultOf(control, input.tokenVaultId),
  ),
  SetTokenVaultCMK: operation(z.strictObject({ tokenVaultId, kmsConfiguration }), (control, input) =>
    setTokenVaultKey(control, input.tokenVaultId, input.kmsConfiguration),
  ),
};
