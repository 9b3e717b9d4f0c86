/** The vault itself: a workload access token and a provider's name in, a credential or a refusal out. */
import { ok, type Result } from '@secure-agent/contracts';
import type {
  IdentityRegistry,
  Oauth2TokenAnswer,
  Oauth2TokenRequest,
  ProviderSecrets,
  VaultRefusal,
  WorkloadIdentityRecord,
} from '../ports.ts';
import type { MachineTokens } from './machine-tokens.ts';
import type { Providers } from './providers.ts';
import { refuse } from './refusal.ts';
import type { TokenExchange } from './token-exchange.ts';
import type { UserFederation } from './user-federation.ts';
import type { LocalWorkloadTokens, WorkloadTokenContent } from './workload-tokens.ts';

export type TokenVaultOptions = {
  readonly registry: IdentityRegistry;
  readonly secrets: Pick<ProviderSecrets, 'get'>;
  readonly workloadTokens: LocalWorkloadTokens;
  readonly providers: Providers;
  readonly machineTokens: MachineTokens;
  readonly federation: UserFederation;
  readonly exchange: TokenExchange;
};

/** Who asks was asked about already. */
export type OpenVault = {
  oauth2Token(request: Oauth2TokenRequest): Promise<Result<Oauth2TokenAnswer, VaultRefusal>>;
  apiKey(workloadAccessToken: string, provider: string): Promise<Result<string, VaultRefusal>>;
};

type Workload = { readonly content: WorkloadTokenContent; readonly identity: WorkloadIdentityRecord };

const asToken = (result: Result<string, VaultRefusal>): Result<Oauth2TokenAnswer, VaultRefusal> =>
  result.ok ? ok({ kind: 'token', accessToken: result.value }) : result;

export function createTokenVault(options: TokenVaultOptions): OpenVault {
  const { registry, secrets, workloadTokens, providers, machineTokens, federation, exchange } = options;

  /** A token of a workload identity that was deleted since is as good as none. */
  function workloadOf(token: string): Result<Workload, VaultRefusal> {
    const content = workloadTokens.read(token);
    const identity = content && registry.workloadIdentity(content.workloadName);
    return content === undefined || identity === undefined
      ? refuse('UnauthorizedException', 'The workload access token is not valid or has expired.')
      : ok({ content, identity });
  }

  return {
    async oauth2Token(request: Oauth2TokenRequest) {
      const workload = workloadOf(request.workloadAccessToken);
      if (!workload.ok) return workload;
      const provider = await providers(request.provider);
      if (!provider.ok) return provider;
      const { content, identity } = workload.value;
      switch (request.flow) {
        case 'M2M':
          return asToken(await machineTokens(provider.value, request));
        case 'USER_FEDERATION':
          return federation.token(identity, content.user, provider.value, request);
        case 'ON_BEHALF_OF_TOKEN_EXCHANGE':
          return asToken(await exchange(provider.value, request, content.userToken));
        default:
          return request.flow satisfies never;
      }
    },

    async apiKey(workloadAccessToken, name) {
      const workload = workloadOf(workloadAccessToken);
      if (!workload.ok) return workload;
      const provider = registry.apiKeyProvider(name);
      const key = provider && secrets.get(provider.credentialProviderArn);
      return key === undefined
        ? refuse('ResourceNotFoundException', 'The API key credential provider does not exist.')
        : ok(key);
    },
  };
}
