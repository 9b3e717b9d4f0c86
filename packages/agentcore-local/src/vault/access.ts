/**
 * What an identity operation does to which resources, in IAM's words: the directory and the workload identity in it, the
 * vault and the provider in it, and the provider's secret, which the vault reads as the caller.
 * Source: devguide scope-credential-provider-access and get-workload-access-token.
 */
import { z } from 'zod';
import { parseJson } from '../endpoint/parse-json.ts';
import type { Asked, IdentityRegistry } from '../ports.ts';
import type { LocalWorkloadTokens } from './workload-tokens.ts';

export type AccessOptions = {
  readonly registry: IdentityRegistry;
  readonly workloadTokens: Pick<LocalWorkloadTokens, 'read'>;
  readonly region: string;
  readonly account: string;
};

const members = z.object({
  workloadName: z.string().optional(),
  workloadIdentityToken: z.string().optional(),
  resourceCredentialProviderName: z.string().optional(),
});

const DIRECTORY = 'workload-identity-directory/default';

type ProviderKind = 'oauth2' | 'apikey';

/** By path: operations that take from the vault. The others are named as their path ends. */
const PROVIDER_KINDS: ReadonlyMap<string, ProviderKind> = new Map([
  ['/identities/oauth2/token', 'oauth2'],
  ['/identities/api-key', 'apikey'],
]);

const on = (action: string, resources: readonly string[]): readonly Asked[] =>
  resources.map((resource) => ({ action: `bedrock-agentcore:${action}`, resource }));

/** Makes what tells which access something needs: of a request, and of a gateway that signs in at a target. */
export function createAccess({ registry, workloadTokens, region, account }: AccessOptions) {
  const arn = (path: string): string => `arn:aws:bedrock-agentcore:${region}:${account}:${path}`;

  /** A provider that is not there has the ARN that it would have: nobody is told whether it is. */
  function provider(kind: ProviderKind, name: string) {
    const known = kind === 'oauth2' ? registry.oauth2Provider(name) : registry.apiKeyProvider(name);
    return {
      providerArn:
        known?.credentialProviderArn ?? arn(`token-vault/default/${kind}credentialprovider/${name}`),
      secretArn: known?.secretArn,
    };
  }

  const identity = (workload: string): readonly string[] => [
    arn(DIRECTORY),
    arn(`${DIRECTORY}/workload-identity/${workload}`),
  ];

  const ofToken = (token: string): string => workloadTokens.read(token)?.workloadName ?? '*';

  /** To take a credential of a provider out of the vault. */
  function toTake(kind: ProviderKind, workload: string, name: string): readonly Asked[] {
    const { providerArn, secretArn } = provider(kind, name);
    const action = kind === 'oauth2' ? 'GetResourceOauth2Token' : 'GetResourceApiKey';
    const secret =
      secretArn === undefined ? [] : [{ action: 'secretsmanager:GetSecretValue', resource: secretArn }];
    return [...on(action, [...identity(workload), arn('token-vault/default'), providerArn]), ...secret];
  }

  function ofRequest(path: string, body: Buffer): readonly Asked[] {
    const given = members.safeParse(parseJson(body)).data ?? {};
    const workload = given.workloadName ?? ofToken(given.workloadIdentityToken ?? '');
    const kind = PROVIDER_KINDS.get(path);
    if (kind === undefined) return on(path.slice(path.lastIndexOf('/') + 1), identity(workload));
    return toTake(kind, workload, given.resourceCredentialProviderName ?? '*');
  }

  /** What a gateway's role needs: its own workload token, and with it the credential. */
  function ofGateway(kind: ProviderKind, token: string, name: string): readonly Asked[] {
    const workload = ofToken(token);
    return [...on('GetWorkloadAccessToken', identity(workload)), ...toTake(kind, workload, name)];
  }

  return { ofRequest, ofGateway };
}
