/** A REST API behind the gateway, called with a token that the gateway gets for itself. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { Api } from '../open-api/index.ts';
import type { CallerIdentity } from './callers.ts';
import type { ToolGateway } from './gateway.ts';

export interface ApiTargetProps {
  readonly api: Api;
  readonly gateway: ToolGateway;
  /** Makes the client that the gateway asks for tokens as. */
  readonly identity: CallerIdentity;
}

/** Secrets Manager appends a hyphen and six characters to a secret's name to make its ARN. */
const SECRET_SUFFIX = '-??????';

/**
 * The vault's own secret for a provider. By its name: as an attribute the ARN is a member of an object, which an IAM
 * policy cannot hold.
 */
const secretArnOf = (scope: Construct, providerName: string): string =>
  Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `bedrock-agentcore-identity!default/oauth2/${providerName}${SECRET_SUFFIX}`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

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
    const providerName = `${gateway.name}-${api.name}`;
    const provider = agentcore.OAuth2CredentialProvider.usingCustom(this, 'Provider', {
      oAuth2CredentialProviderName: providerName,
      ...client,
    });
    const outbound = {
      providerArn: provider.credentialProviderArn,
      secretArn: secretArnOf(this, providerName),
    };
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
