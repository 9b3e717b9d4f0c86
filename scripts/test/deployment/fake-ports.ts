/** AWS of a test's own making, as far as deploying and destroying look at it; it notes in which order. */
import type { Configuration } from '@secure-agent/contracts';
import { machineClientOutput, STACK_OUTPUTS } from '@secure-agent/contracts';
import { loadConfiguration } from '@secure-agent/infra';
import type { StackReader, Template } from '@secure-agent/operations';
import type { Ports } from '../../src/lib/deployment/ports.ts';

export const CONFIGURATION: Configuration = loadConfiguration();
export const PLACE = { account: '123456789012', region: 'us-east-1' };
export const ISSUER = 'https://issuer.example/pool';
export const STACK = 'secure-agent-dev';

/** As the deployed stack would tell them. */
export function stackOutputs(): Readonly<Record<string, string>> {
  const { machineClientPrefix: _prefix, ...names } = STACK_OUTPUTS;
  const machines = Object.keys(CONFIGURATION.machines).map(machineClientOutput);
  return {
    ...Object.fromEntries([...Object.values(names), ...machines].map((name) => [name, `v-${name}`])),
    [names.issuer]: ISSUER,
    [names.tokenEndpoint]: 'https://domain.example/oauth2/token',
    [names.gatewayUrl]: 'https://gateway.example/mcp',
    [names.runtimeArn]: 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/hr_agent-0123456789',
  };
}

export const LOGS: Template = { Resources: { Logs: { Type: 'AWS::Logs::LogGroup', Properties: {} } } };
export const GATEWAY: Template = {
  Resources: { Gateway: { Type: 'AWS::BedrockAgentCore::Gateway', Properties: { Name: 'g' } } },
};

export type World = {
  readonly deployed?: Template;
  /** What each look at the stack says, in order; the last one stays. */
  readonly states?: readonly Awaited<ReturnType<StackReader['state']>>[];
  readonly resources?: Awaited<ReturnType<StackReader['resources']>>;
  /** What is typed; undefined where there is no terminal. */
  readonly typed?: string | undefined;
  readonly cdk?: { readonly code: number; readonly text: string };
  /** Statuses of the discovery document; the last one stays. */
  readonly discovery?: readonly number[];
  readonly whereAmI?: () => Promise<typeof PLACE>;
  readonly probe?: () => Promise<void>;
  readonly effects?: () => Promise<void>;
  /** Of the gateway that runs. */
  readonly mode?: 'LOG_ONLY' | 'ENFORCE';
};

export const stateOf = (change: object = {}) => ({
  status: 'UPDATE_COMPLETE',
  stackId: `arn:aws:cloudformation:us-east-1:123456789012:stack/${STACK}/1`,
  outputs: stackOutputs(),
  terminationProtection: false,
  ...change,
});

const nth = <T>(list: readonly T[], index: number): T | undefined => list[Math.min(index, list.length - 1)];

/** @returns the ports, what was done in which order, and what was said. */
export function fakePorts(world: World = {}) {
  const done: string[] = [];
  const said: string[] = [];
  const { discovery = [200], states = [stateOf()] } = world;
  let looks = 0;
  let requests = 0;
  let now = 0;
  const ports: Ports = {
    whereAmI: world.whereAmI ?? (async () => PLACE),
    probeAgentCore: world.probe ?? (async () => {}),
    gatewayMode: async () => world.mode,
    stacks: {
      async state(stack) {
        done.push(`state ${stack}`);
        looks += 1;
        return nth(states, looks - 1);
      },
      template: async () => world.deployed,
      resources: async () => world.resources ?? [],
    },
    async cdk(args, onLine) {
      done.push(`cdk ${args.join(' ')}`);
      onLine('1/2 | CREATE_IN_PROGRESS');
      return world.cdk ?? { code: 0, text: '' };
    },
    async awaitEffects() {
      done.push('effects');
      await world.effects?.();
    },
    async ask(question) {
      done.push(`ask ${question}`);
      return world.typed;
    },
    say: (line) => said.push(line),
    clock: {
      now: () => now,
      async wait(milliseconds) {
        now += milliseconds;
      },
    },
    async fetch() {
      done.push('discovery');
      requests += 1;
      return new Response(JSON.stringify({ issuer: ISSUER }), {
        status: nth(discovery, requests - 1) ?? 200,
      });
    },
  };
  return { ports, done, said };
}
