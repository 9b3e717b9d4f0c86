/** AgentCore Identity's data plane: workload access tokens and the token vault. */
import type { Clock, Iam, IdentityRegistry, ProviderSecrets, Service, TokenVault } from '../ports.ts';
import { createAccess } from './access.ts';
import { createAuthorizationServers } from './authorization-servers.ts';
import { createConsentSessions } from './consent-sessions.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { guardedVault } from './guarded-vault.ts';
import { createMachineTokens } from './machine-tokens.ts';
import { identityOperations } from './operations.ts';
import { createProviders } from './providers.ts';
import { createStoredTokens } from './stored-tokens.ts';
import { createTokenExchange } from './token-exchange.ts';
import { createTokenVault } from './token-vault.ts';
import { createUserFederation } from './user-federation.ts';
import { createUserTokens } from './user-tokens.ts';
import { vaultService } from './vault-service.ts';
import { createWorkloadTokens, type LocalWorkloadTokens } from './workload-tokens.ts';

export type VaultOptions = {
  readonly registry: IdentityRegistry;
  readonly secrets: Pick<ProviderSecrets, 'get'>;
  /** What the roles of gateways may take. */
  readonly iam: Pick<Iam, 'allows'>;
  readonly now: Clock;
  /** Asks authorization servers and issuers, nothing else. */
  readonly fetch: typeof globalThis.fetch;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
  /** Where identities and providers are, for their ARNs. */
  readonly region: string;
  readonly account: string;
  /** Discovery URLs of the stack's JWT authorizers: whose users may be named by their token. */
  readonly trustedDiscoveryUrls: () => readonly string[];
  /** Longest wait for an authorization server, milliseconds. 5 seconds unless told. */
  readonly timeoutMs?: number;
  /** Longest life of a workload access token, milliseconds. 15 minutes unless told. */
  readonly workloadTokenLifeMs?: number;
};

export type Vault = {
  readonly service: Service;
  readonly vault: TokenVault;
  readonly workloadTokens: LocalWorkloadTokens;
};

/** Makes the vault. What it holds is in memory and ends with the process; secrets are the provider secrets' own. */
export function createVault(options: VaultOptions): Vault {
  const { registry, secrets, now, fetch, endpoint, trustedDiscoveryUrls, region, account } = options;
  const { timeoutMs, workloadTokenLifeMs } = options;
  const send = createGuardedFetch({ fetch, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const workloadTokens = createWorkloadTokens({
    now,
    ...(workloadTokenLifeMs === undefined ? {} : { lifeMs: workloadTokenLifeMs }),
  });
  const userTokens = createUserTokens({ get: send, now, endpoint, trustedDiscoveryUrls });
  const machineTokens = createMachineTokens(send, now);
  const federation = createUserFederation({
    sessions: createConsentSessions(now),
    stored: createStoredTokens(send, now),
    ...{ send, endpoint },
  });
  const vault = createTokenVault({
    ...{ registry, secrets, workloadTokens, machineTokens, federation },
    providers: createProviders({ registry, secrets, servers: createAuthorizationServers(send, now) }),
    exchange: createTokenExchange(send, machineTokens),
  });
  const access = createAccess({ registry, workloadTokens, region, account });
  const operations = identityOperations({ registry, workloadTokens, userTokens, vault, federation });
  return {
    service: vaultService(operations, federation, access.ofRequest),
    vault: guardedVault(vault, options.iam, access),
    workloadTokens,
  };
}
