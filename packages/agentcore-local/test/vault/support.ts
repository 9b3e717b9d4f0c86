/** A vault behind a real endpoint, over a registry in memory, with a clock of its own. */
import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import type { Json } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import type {
  ApiKeyProviderRecord,
  IdentityRegistry,
  Oauth2ProviderRecord,
  WorkloadIdentityRecord,
} from '../../src/ports.ts';
import { createVault, type Vault, type VaultOptions } from '../../src/vault/vault.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

const ACPS = 'arn:aws:bedrock-agentcore:us-east-1:000000000000';
export const RETURN_URL = 'https://app.example.com/done';
export const SECRET = 's3cret:with/odd+signs';

export const workload = (
  name: string,
  rest: Partial<WorkloadIdentityRecord> = {},
): WorkloadIdentityRecord => ({
  name,
  workloadIdentityArn: `${ACPS}:workload-identity-directory/default/workload-identity/${name}`,
  allowedResourceOauth2ReturnUrls: [RETURN_URL],
  linkedToService: false,
  ...rest,
});

/** A registry whose records a test may change. */
export type FakeRegistry = IdentityRegistry & {
  readonly workloads: Map<string, WorkloadIdentityRecord>;
  readonly oauth2: Map<string, Oauth2ProviderRecord>;
  readonly apiKeys: Map<string, ApiKeyProviderRecord>;
};

function fakeRegistry(): FakeRegistry {
  const workloads = new Map<string, WorkloadIdentityRecord>();
  const oauth2 = new Map<string, Oauth2ProviderRecord>();
  const apiKeys = new Map<string, ApiKeyProviderRecord>();
  const byNameOrArn = <T extends { readonly name: string; readonly credentialProviderArn: string }>(
    records: Map<string, T>,
    key: string,
  ): T | undefined =>
    [...records.values()].find(({ name, credentialProviderArn }) =>
      [name, credentialProviderArn].includes(key),
    );
  return {
    ...{ workloads, oauth2, apiKeys },
    workloadIdentity: (name) => workloads.get(name),
    oauth2Provider: (key) => byNameOrArn(oauth2, key),
    apiKeyProvider: (key) => byNameOrArn(apiKeys, key),
  };
}

export type TestVault = Vault & {
  readonly endpoint: TestEndpoint;
  readonly registry: FakeRegistry;
  readonly secrets: Map<string, string>;
  readonly client: BedrockAgentCoreClient;
  /** Moves the vault's clock, milliseconds. */
  wait(ms: number): void;
  /** Adds an OAuth2 provider with {@link SECRET}. */
  addProvider(name: string, config: Json, vendor?: string): Oauth2ProviderRecord;
  addApiKey(name: string, key: string): void;
  /** A workload access token for a user id, from the vault's own maker. */
  tokenFor(userId: string, workloadName?: string): string;
};

const clients: BedrockAgentCoreClient[] = [];
afterAll(() => {
  for (const client of clients.splice(0)) client.destroy();
});

/** Opens it with the workload identities `agent` and `other`. */
export async function openVault(options: Partial<VaultOptions> = {}): Promise<TestVault> {
  const registry = fakeRegistry();
  for (const name of ['agent', 'other']) registry.workloads.set(name, workload(name));
  const secrets = new Map<string, string>();
  const endpoint = await testEndpoint([]);
  let ahead = 0;
  const made = createVault({
    registry,
    secrets: { get: (arn) => secrets.get(arn) },
    now: () => Date.now() + ahead,
    fetch,
    ...{ endpoint: endpoint.url, region: 'us-east-1', account: '000000000000' },
    iam: { allows: () => true },
    trustedDiscoveryUrls: () => [],
    ...options,
  });
  endpoint.serve([made.service]);
  const client = new BedrockAgentCoreClient(endpoint.sdk);
  clients.push(client);
  return {
    ...made,
    ...{ endpoint, registry, secrets, client },
    wait: (ms) => {
      ahead += ms;
    },
    addProvider(name, config, credentialProviderVendor = 'CustomOauth2') {
      const credentialProviderArn = `${ACPS}:token-vault/default/oauth2credentialprovider/${name}`;
      const callbackUrl = `${endpoint.url}/identities/oauth2/callback/${name}-id`;
      const record = { name, credentialProviderArn, credentialProviderVendor, config, callbackUrl };
      registry.oauth2.set(name, record);
      secrets.set(credentialProviderArn, SECRET);
      return record;
    },
    addApiKey(name, key) {
      const credentialProviderArn = `${ACPS}:token-vault/default/apikeycredentialprovider/${name}`;
      registry.apiKeys.set(name, { name, credentialProviderArn });
      secrets.set(credentialProviderArn, key);
    },
    tokenFor: (userId, workloadName = 'agent') =>
      made.workloadTokens.issue(workloadName, { kind: 'id', userId }),
  };
}

/** A custom provider's configuration by discovery URL. */
export const customConfig = (discoveryUrl: string, rest: Readonly<Record<string, Json>> = {}): Json => ({
  customOauth2ProviderConfig: { oauthDiscovery: { discoveryUrl }, clientId: 'app', ...rest },
});
