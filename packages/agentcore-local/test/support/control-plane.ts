/** A control plane as a start makes it: state from disk, a stack applied by the loader. */
import type { Json } from '@secure-agent/contracts';
import { type ControlStore, createControlStore } from '../../src/control/control-store.ts';
import { controlHandlers } from '../../src/control/handlers.ts';
import { LoadError } from '../../src/load-error.ts';
import { applyStack } from '../../src/loader/apply-stack.ts';
import type { Clock } from '../../src/ports.ts';
import { createFileState } from '../../src/state/file-state.ts';
import { assemblyOf, contextAt, type TestResource } from './stack.ts';

export const ENGINE_ARN: Json = { 'Fn::GetAtt': ['Engine', 'PolicyEngineArn'] };
export const GATEWAY_ARN: Json = { 'Fn::GetAtt': ['Gateway', 'GatewayArn'] };
export const ISSUER = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_x';
export const AUTHORIZER: Json = {
  CustomJWTAuthorizer: {
    DiscoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
    AllowedClients: ['people'],
  },
};
const ROLE = 'arn:aws:iam::000000000000:role/gateway';

export const engine: TestResource = {
  Type: 'AWS::BedrockAgentCore::PolicyEngine',
  Properties: { Name: 'hr_policies' },
};

export const gateway = (properties: Readonly<Record<string, Json>> = {}): TestResource => ({
  Type: 'AWS::BedrockAgentCore::Gateway',
  Properties: {
    Name: 'hr-tools',
    RoleArn: ROLE,
    AuthorizerType: 'CUSTOM_JWT',
    AuthorizerConfiguration: AUTHORIZER,
    ProtocolType: 'MCP',
    ...properties,
  },
});

export const tool = (name: string, properties: Json = { Id: { Type: 'string' } }): Json => ({
  ...{ Name: name, Description: `Does ${name}.` },
  InputSchema: { Type: 'object', Properties: properties },
});

export const target = (name: string, tools: readonly Json[] = [tool('get')]): TestResource => ({
  Type: 'AWS::BedrockAgentCore::GatewayTarget',
  Properties: {
    Name: name,
    GatewayIdentifier: { Ref: 'Gateway' },
    TargetConfiguration: {
      Mcp: { Lambda: { LambdaArn: 'arn:aws:lambda:f', ToolSchema: { InlinePayload: tools } } },
    },
  },
});

/** A policy whose text refers to the gateway unless another is given. */
export const policy = (name: string, statement?: string): TestResource => ({
  Type: 'AWS::BedrockAgentCore::Policy',
  Properties: {
    Name: name,
    PolicyEngineId: { 'Fn::GetAtt': ['Engine', 'PolicyEngineId'] },
    Definition: { Cedar: { Statement: statement ?? permitAll } },
  },
});

const permitAll: Json = {
  'Fn::Sub': [
    'permit(principal, action == AgentCore::Action::"Hr___get", resource == AgentCore::Gateway::"$' +
      '{arn}");',
    { arn: GATEWAY_ARN },
  ],
};

export const runtime = (properties: Readonly<Record<string, Json>> = {}): TestResource => ({
  Type: 'AWS::BedrockAgentCore::Runtime',
  Properties: {
    AgentRuntimeName: 'hr_agent',
    RoleArn: ROLE,
    AgentRuntimeArtifact: { ContainerConfiguration: { ContainerUri: 'repository:abc' } },
    ProtocolConfiguration: 'HTTP',
    EnvironmentVariables: { GATEWAY_URL: { 'Fn::GetAtt': ['Gateway', 'GatewayUrl'] } },
    AuthorizerConfiguration: AUTHORIZER,
    RequestHeaderConfiguration: { RequestHeaderAllowlist: ['Authorization'] },
    ...properties,
  },
});

export const STACK: Readonly<Record<string, TestResource>> = {
  Engine: engine,
  Gateway: gateway({ PolicyEngineConfiguration: { Arn: ENGINE_ARN, Mode: 'ENFORCE' } }),
  Hr: target('Hr'),
  Own: policy('own_rows'),
  Agent: runtime(),
};

/** Stands for the front door's own check. */
function refuseCookies(names: readonly string[]): void {
  if (names.includes('Cookie'))
    throw new LoadError('property_invalid', 'RequestHeaderAllowlist holds cookie.');
}

/** One start over a state folder. */
export async function startControl(
  folder: string,
  resources: Readonly<Record<string, TestResource>>,
  options: { readonly endpoint?: string; readonly now?: Clock } = {},
): Promise<ControlStore> {
  const { endpoint = 'http://127.0.0.1:4566', now = () => 0 } = options;
  const state = createFileState(folder);
  const store = createControlStore({ state, now, endpoint });
  const handlers = controlHandlers(store, { headerAllowlist: refuseCookies });
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  await applyStack(assemblyOf(resources), contextAt(endpoint), byType, state);
  return store;
}
