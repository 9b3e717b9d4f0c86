/** A REST API behind the gateway, called with a token that the gateway gets for itself. */
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { Api } from '../open-api/index.ts';
import type { TokenProvider, ToolGateway } from './gateway.ts';
import type { Identity } from './identity.ts';

export interface ApiTargetProps {
  readonly api: Api;
  readonly gateway: ToolGateway;
  /** Makes the client that the gateway asks for tokens as. */
  readonly identity: Identity;
}

function arnsOf({
  credentialProviderArn: providerArn,
  clientSecretArn: secretArn,
}: agentcore.OAuth2CredentialProvider): TokenProvider {
  if (secretArn === undefined) throw new TypeError('a provider of this stack has a secret');
  return { providerArn, secretArn };
}

/**
 * The caller's own token never leaves the gateway: the API sees a client of its own, with this API's scopes and none of
 * ours. Who may call which operation is for the policies to say.
 */
export class ApiTarget extends Construct {
  readonly name: string;
  readonly target: agentcore.GatewayTarget;

  constructor(scope: Construct, id: string, { api, gateway, identity }: ApiTargetProps) {
    super(scope, id);
    this.name = api.name;
    const { scopes, ...client } = identity.outboundClient(api);
    const provider = agentcore.OAuth2CredentialProvider.usingCustom(this, 'Provider', {
      oAuth2CredentialProviderName: `${gateway.name}-${api.name}`,
      ...client,
    });
    const outbound = arnsOf(provider);
    gateway.allowTokens(outbound);
    this.target = agentcore.GatewayTarget.forOpenApi(this, 'Target', {
      gateway: gateway.gateway,
      gatewayTargetName: api.name,
      description: api.description,
      apiSchema: agentcore.ApiSchema.fromInline(api.payload),
      credentialProviderConfigurations: [
        agentcore.GatewayCredentialProvider.fromOauthIdentityArn({ ...outbound, scopes }),
      ],
    });
    this.#asMachine();
  }

  /** The grant is said: the construct library cannot, and no person has to consent to a machine's token. */
  #asMachine(): void {
    const { defaultChild } = this.target.node;
    if (!(defaultChild instanceof agentcore.CfnGatewayTarget)) throw new TypeError('a target has a resource');
    const provider = 'CredentialProviderConfigurations.0.CredentialProvider.OauthCredentialProvider';
    defaultChild.addPropertyOverride(`${provider}.GrantType`, 'CLIENT_CREDENTIALS');
  }
}
