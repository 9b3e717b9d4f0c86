/** The gateway: verifies every token itself, whatever the agent did before. */
import { Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Doors } from '../doors.ts';
import { agentCoreRole, ID_SUFFIX, resourceArnPattern } from './agentcore-role.ts';
import { type Callers, discoveryUrl, TOKEN_USE } from './callers.ts';
import type { Interceptors } from './interceptors.ts';
import type { ToolPolicies } from './policy.ts';

/** All that the service knows. Left out, the construct sets the oldest alone. */
const MCP_VERSIONS = [
  agentcore.MCPProtocolVersion.MCP_2026_07_28,
  agentcore.MCPProtocolVersion.MCP_2025_11_25,
  agentcore.MCPProtocolVersion.MCP_2025_06_18,
  agentcore.MCPProtocolVersion.MCP_2025_03_26,
];

/** A credential provider of the token vault, and the secret that the vault keeps for it. */
export type TokenProvider = { readonly providerArn: string; readonly secretArn: string };

export interface ToolGatewayProps {
  /** Letters, digits and single hyphens, at most 48. */
  readonly name: string;
  /** Admitted clients: people's and the machines'. */
  readonly callers: Callers;
  readonly interceptors: Interceptors;
  /** Engine and mode. Not optional: only a phase before policies leaves the gateway without it. */
  readonly engine: ToolPolicies;
  /** What the stage's phase asks of callers. */
  readonly doors: Doors;
}

const tokens = (callers: Callers): agentcore.IGatewayAuthorizerConfig =>
  agentcore.GatewayAuthorizer.usingCustomJwt({
    discoveryUrl: discoveryUrl(callers),
    allowedClients: [...callers.clientIds],
    allowedScopes: [callers.scope],
    ...(callers.audience === undefined ? {} : { allowedAudience: [...callers.audience] }),
    ...(callers.tokenUse
      ? { customClaims: [agentcore.GatewayCustomClaim.withStringValue(TOKEN_USE.name, TOKEN_USE.value)] }
      : {}),
  });

/** A later phase changes the type in place: CloudFormation's schema has no create-only property of a gateway. */
function authorizer({ callers, doors }: ToolGatewayProps): agentcore.IGatewayAuthorizerConfig {
  if (doors.gatewayOpen) return agentcore.GatewayAuthorizer.withNoAuth();
  return doors.phase === 'sigv4' ? agentcore.GatewayAuthorizer.usingAwsIam() : tokens(callers);
}

/**
 * CUSTOM_JWT but in the first phase; exceptions are never returned in full (no DEBUG). Its role may evaluate policies of one engine and
 * invoke the functions it is told of: nothing that the construct library would add.
 */
export class ToolGateway extends Construct {
  readonly gateway: agentcore.Gateway;
  readonly name: string;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ToolGatewayProps) {
    super(scope, id);
    this.name = props.name;
    this.#role = agentCoreRole(this, 'gateway', props.name);
    const { attachment } = props.engine;
    if (attachment !== undefined) this.#allowEvaluation(props);
    for (const { function: fn } of props.interceptors.functions) this.allowInvoke(fn);
    this.gateway = new agentcore.Gateway(this, 'Gateway', {
      gatewayName: props.name,
      description: `Tools of ${Stack.of(this).stackName}`,
      role: this.#role.withoutPolicyUpdates(),
      authorizerConfiguration: authorizer(props),
      protocolConfiguration: agentcore.GatewayProtocol.mcp({ supportedVersions: MCP_VERSIONS }),
      interceptorConfigurations: props.interceptors.configuration,
      ...(attachment === undefined ? {} : { policyEngineConfiguration: attachment }),
    });
  }

  /** MCP endpoint. */
  get gatewayUrl(): string {
    const { gatewayUrl } = this.gateway;
    if (gatewayUrl === undefined) throw new TypeError('a gateway of this stack has a URL');
    return gatewayUrl;
  }

  /** Lets the gateway invoke one function: its unqualified name alone, no version and no alias. */
  allowInvoke(fn: IFunction): void {
    this.#allow(['lambda:InvokeFunction'], fn.functionArn);
  }

  /**
   * Lets the gateway get tokens from one credential provider under its own workload identity, which has the gateway's
   * id for a name. The vault reads the client secret as the caller, so that is one more permission
   * (devguide scope-credential-provider-access).
   */
  allowTokens({ providerArn, secretArn }: TokenProvider): void {
    const directory = this.#agentCoreArn('workload-identity-directory', 'default');
    const workloads = [directory, `${directory}/workload-identity/${this.name}${ID_SUFFIX}`];
    const vault = this.#agentCoreArn('token-vault', 'default');
    this.#allow(['bedrock-agentcore:GetWorkloadAccessToken'], ...workloads);
    this.#allow(['bedrock-agentcore:GetResourceOauth2Token'], ...workloads, vault, providerArn);
    this.#allow(['secretsmanager:GetSecretValue'], secretArn);
  }

  #agentCoreArn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'bedrock-agentcore', resource, resourceName });
  }

  /** Grants the gateway's role actions on one resource, where all of `conditions` hold. */
  allow(actions: string[], resource: string, conditions: Record<string, Record<string, unknown>> = {}): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources: [resource], conditions }));
  }

  #allow(actions: string[], ...resources: string[]): void {
    for (const resource of resources) this.allow(actions, resource);
  }

  /** Without these every call fails in ENFORCE, and in LOG_ONLY nothing is evaluated, silently (policy-permissions). */
  #allowEvaluation({ name, engine: policies }: ToolGatewayProps): void {
    const engine = policies.engine.policyEngineArn;
    this.#allow(['bedrock-agentcore:GetPolicyEngine'], engine);
    this.#allow(
      ['bedrock-agentcore:AuthorizeAction', 'bedrock-agentcore:PartiallyAuthorizeActions'],
      engine,
      resourceArnPattern(this, 'gateway', name),
    );
  }
}
