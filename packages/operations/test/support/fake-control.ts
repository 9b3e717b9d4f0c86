/**
 * A control plane of a test's own, in memory, behind the SDK's client: as slow as it is told to be, with somebody else at
 * work in it whenever a test says so.
 */
import {
  BedrockAgentCoreControlClient,
  ConflictException,
  ResourceNotFoundException,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { Clock } from '../../src/index.ts';

export const PLACE = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:';
export const GATEWAY_ID = 'agent-dev-0123456789';
export const GATEWAY_ARN = `${PLACE}gateway/${GATEWAY_ID}`;

type Fields = Record<string, unknown>;
export type FakePolicy = {
  policyId: string;
  name: string;
  status: string;
  statusReasons: string[];
  enforcementMode: string;
  definition: { cedar: { statement: string } };
  updatedAt: Date;
};

export type FakeState = {
  gateway: Fields & {
    policyEngineConfiguration?: { arn: string; mode: string } | undefined;
    updatedAt: Date;
  };
  engines: { policyEngineId: string; policyEngineArn: string; name: string; status: string }[];
  policies: FakePolicy[];
  /** Listed one a page, the first one first. */
  targets: { targetId: string; status: string; updatedAt: Date; lastSynchronizedAt?: Date }[];
};

export type FakeControl = {
  readonly client: BedrockAgentCoreControlClient;
  readonly state: FakeState;
  /** Operations in order, `PutSomething name`. */
  readonly sent: string[];
  readonly clock: Clock;
  /** Somebody else's work, before an operation is served; and what an operation fails with. */
  before: (operation: string, input: Fields) => void;
  /** Findings of a policy that is made or changed; ACTIVE without any. */
  findings: (name: string) => readonly string[];
  /** A change of the gateway as another operator makes it. */
  changeGateway: (fields: Fields) => void;
};

const engineOf = (name: string) => ({
  policyEngineId: `${name}-abcdefghij`,
  policyEngineArn: `${PLACE}policy-engine/${name}-abcdefghij`,
  name,
  status: 'ACTIVE',
});

const $metadata = {};
const conflict = (): ConflictException => new ConflictException({ message: 'exists', $metadata });
const notFound = (): ResourceNotFoundException =>
  new ResourceNotFoundException({ message: 'none', $metadata });

export function fakeControl(
  attached: 'LOG_ONLY' | 'ENFORCE' | undefined,
  engines = ['agent_dev'],
): FakeControl {
  let now = Date.parse('2026-06-01T00:00:00Z');
  const tick = (): Date => {
    now += 1000;
    return new Date(now);
  };
  const state: FakeState = {
    gateway: {
      ...{
        gatewayId: GATEWAY_ID,
        gatewayArn: GATEWAY_ARN,
        name: 'agent-dev',
        status: 'READY',
        roleArn: 'role',
      },
      ...{ authorizerType: 'CUSTOM_JWT', exceptionLevel: 'DEBUG', description: 'tools' },
      policyEngineConfiguration:
        attached === undefined
          ? undefined
          : { arn: engineOf(engines[0] ?? '').policyEngineArn, mode: attached },
      updatedAt: tick(),
    },
    engines: engines.map(engineOf),
    policies: [],
    targets: ['MAILTARGET', 'HRTARGET00'].map((targetId) => ({
      ...{ targetId, status: 'READY', updatedAt: new Date(now) },
    })),
  };
  const find = (id: unknown): FakePolicy => {
    const found = state.policies.find(({ policyId }) => policyId === id);
    if (found === undefined) throw notFound();
    return found;
  };
  const judged = (name: string) => {
    const statusReasons = [...fake.findings(name)];
    return { status: statusReasons.length === 0 ? 'ACTIVE' : 'CREATE_FAILED', statusReasons };
  };
  const definitionOf = (input: Fields) => input['definition'] as FakePolicy['definition'];
  const operations: Record<string, (input: Fields) => unknown> = {
    GetGateway: () => ({ ...state.gateway }),
    UpdateGateway(input) {
      const { gatewayIdentifier: _id, ...fields } = input;
      const { gatewayId, gatewayArn, status } = state.gateway;
      state.gateway = { ...fields, gatewayId, gatewayArn, status, updatedAt: tick() } as FakeState['gateway'];
      return state.gateway;
    },
    GetPolicyEngine(input) {
      const found = state.engines.find(({ policyEngineId }) => policyEngineId === input['policyEngineId']);
      if (found === undefined) throw notFound();
      return found;
    },
    ListPolicyEngines: () => ({ policyEngines: state.engines }),
    CreatePolicyEngine(input) {
      const made = engineOf(String(input['name']));
      state.engines.push(made);
      return made;
    },
    ListGatewayTargets({ nextToken }) {
      const at = Number(nextToken ?? 0);
      const next = at + 1 < state.targets.length ? { nextToken: String(at + 1) } : {};
      return { items: state.targets.slice(at, at + 1), ...next };
    },
    ListPolicies: () => ({ policies: state.policies.map((one) => ({ ...one })) }),
    GetPolicy: (input) => ({ ...find(input['policyId']) }),
    CreatePolicy(input) {
      const name = String(input['name']);
      if (state.policies.some((one) => one.name === name)) throw conflict();
      const made = { policyId: `${name}-abcdefghij`, name, enforcementMode: 'ACTIVE', updatedAt: tick() };
      state.policies.push({ ...made, ...judged(name), definition: definitionOf(input) });
      return { policyId: made.policyId };
    },
    UpdatePolicy(input) {
      const policy = find(input['policyId']);
      Object.assign(policy, { ...judged(policy.name), enforcementMode: 'ACTIVE', updatedAt: tick() });
      if (input['definition'] !== undefined) policy.definition = definitionOf(input);
      return policy;
    },
    DeletePolicy(input) {
      const gone = find(input['policyId']);
      state.policies = state.policies.filter((one) => one !== gone);
      return {};
    },
  };
  const client = new BedrockAgentCoreControlClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'LOCALTESTLOCALTEST', secretAccessKey: 'x'.repeat(40) },
  });
  const sent: string[] = [];
  // The whole of a call is served here: nothing is signed and nothing leaves the process.
  client.middlewareStack.add(
    (_next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      const input = args.input as Fields;
      fake.before(operation, input);
      sent.push([operation, input['name'] ?? input['policyId']].filter(Boolean).join(' '));
      const output = operations[operation]?.(input);
      if (output === undefined) throw new Error(`the fake has no ${operation}`);
      return { output: { $metadata, ...output }, response: {} };
    },
    { step: 'initialize', priority: 'high', name: 'fake' },
  );
  const fake: FakeControl = {
    ...{ client, state, sent },
    clock: {
      now: () => now,
      async wait(milliseconds) {
        now += milliseconds;
      },
    },
    before: () => {},
    findings: () => [],
    changeGateway: (fields) => Object.assign(state.gateway, fields, { updatedAt: tick() }),
  };
  return fake;
}
