/** A control plane as a start makes it: state from disk, a stack applied by the loader. */
import type { Json } from '@secure-agent/contracts';
import { afterAll } from 'vitest';
import { type Control, type ControlOptions, createControl } from '../../src/control/control.ts';
import { controlHandlers } from '../../src/control/handlers.ts';
import { LoadError } from '../../src/load-error.ts';
import { applyStack } from '../../src/loader/apply-stack.ts';
import type { ProviderSecrets, StateStore } from '../../src/ports.ts';
import type { Timers } from '../../src/processes/timers.ts';
import { createFileState } from '../../src/state/file-state.ts';
import '../processes/support.ts';
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
  // As CloudFormation would, a policy waits for the target whose tool it names.
  DependsOn: ['Hr'],
  Properties: {
    // What it says of everyone is no finding here.
    ValidationMode: 'IGNORE_ALL_FINDINGS',
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

/** Timers that a test lets run out. */
export function heldTimers(): Timers & { runOut(): void } {
  const waiting = new Set<() => void>();
  return {
    after(_milliseconds, action) {
      waiting.add(action);
      return () => waiting.delete(action);
    },
    runOut() {
      for (const action of [...waiting]) {
        waiting.delete(action);
        action();
      }
    },
  };
}

/** Timers that run out at the next turn of the event loop. */
export const quickTimers: Timers = {
  after(_milliseconds, action) {
    const timer = setImmediate(action);
    return () => clearImmediate(timer);
  },
};

/** Secrets in memory, which a test may look at. */
export function memorySecrets(): ProviderSecrets & { readonly kept: ReadonlyMap<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    put: (arn, secret) => kept.set(arn, secret),
    get: (arn) => kept.get(arn),
    remove: (arn) => kept.delete(arn),
  };
}

/** Asset hashes that no test's assembly has. */
const NO_ASSET = 'unknown';

function contextFolder(hash: string): string {
  if (hash === NO_ASSET) throw new LoadError('asset_missing', `No asset ${hash}.`);
  return `/assets/${hash}`;
}

export type StartOptions = Partial<Omit<ControlOptions, 'state' | 'account' | 'region'>>;

const optionsOf = (state: StateStore, options: StartOptions): ControlOptions => ({
  ...{ state, now: () => 0, endpoint: 'http://127.0.0.1:4566', account: '000000000000', region: 'us-east-1' },
  ...{ secrets: memorySecrets(), contextFolder, headerAllowlist: refuseCookies, timers: quickTimers },
  ...options,
});

const opened: Control[] = [];
// Before the folders go: their module is imported here, so its hook runs after this one.
afterAll(() => {
  for (const control of opened.splice(0)) control.stop();
});

function openedWith(options: ControlOptions): Control {
  const control = createControl(options);
  opened.push(control);
  return control;
}

/** A control plane over a state folder, without a stack. */
export const openControl = (folder: string, options: StartOptions = {}): Control =>
  openedWith(optionsOf(createFileState(folder), options));

/** One start over a state folder. */
export async function startControl(
  folder: string,
  resources: Readonly<Record<string, TestResource>>,
  options: StartOptions = {},
): Promise<Control> {
  const state = createFileState(folder);
  const control = openedWith(optionsOf(state, options));
  const byType = new Map(controlHandlers(control).map((handler) => [handler.type, handler]));
  await applyStack(assemblyOf(resources), contextAt(control.endpoint), byType, state);
  return control;
}
