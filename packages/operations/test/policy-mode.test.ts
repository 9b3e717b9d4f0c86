import {
  BedrockAgentCoreControlClient,
  type GetGatewayCommandOutput,
  UpdateGatewayRequest$,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { describe, expect, test } from 'vitest';
import { gatewayUpdateOf, setPolicyMode } from '../src/index.ts';
import { type FakeCall, fakeAws } from './support/fake-aws.ts';

/** The members of UpdateGateway's input, as the SDK's own schema has them. */
const MEMBERS = UpdateGatewayRequest$[4];

const ENGINE = { arn: 'arn:engine', mode: 'LOG_ONLY' } as const;

/** A gateway with every field that GetGateway can give. */
const GATEWAY: GetGatewayCommandOutput = {
  $metadata: {},
  gatewayId: 'hr-tools-0123456789',
  gatewayArn: 'arn:gateway',
  gatewayUrl: 'http://127.0.0.1/gateways/hr-tools-0123456789/mcp',
  createdAt: new Date(0),
  updatedAt: new Date(0),
  status: 'READY',
  statusReasons: [],
  workloadIdentityDetails: { workloadIdentityArn: 'arn:workload' },
  webAclArn: 'arn:acl',
  name: 'hr-tools',
  description: 'd',
  roleArn: 'arn:role',
  authorizerType: 'CUSTOM_JWT',
  authorizerConfiguration: { customJWTAuthorizer: { discoveryUrl: 'https://x', allowedClients: ['people'] } },
  protocolType: 'MCP',
  protocolConfiguration: { mcp: { instructions: 'i' } },
  kmsKeyArn: 'arn:key',
  customTransformConfiguration: { lambda: { arn: 'arn:transform' } },
  interceptorConfigurations: [
    {
      interceptor: { lambda: { arn: 'arn:lambda' } },
      interceptionPoints: ['REQUEST'],
      inputConfiguration: { passRequestHeaders: true },
    },
  ],
  policyEngineConfiguration: ENGINE,
  exceptionLevel: 'DEBUG',
  wafConfiguration: { failureMode: 'FAIL_CLOSE' },
};

describe('the update of a gateway', () => {
  test('CO-02 sends every member that UpdateGateway takes: one more in a new SDK turns this red', () => {
    expect(MEMBERS.length).toBeGreaterThan(10);
    expect(Object.keys(gatewayUpdateOf(GATEWAY)).toSorted()).toEqual([...MEMBERS].toSorted());
  });

  test('keeps the value of each', () => {
    const { gatewayIdentifier, ...rest } = gatewayUpdateOf(GATEWAY);
    expect(gatewayIdentifier).toBe(GATEWAY.gatewayId);
    expect(GATEWAY).toMatchObject(rest);
    for (const [name, value] of Object.entries(rest)) expect([name, value]).not.toEqual([name, undefined]);
  });
});

describe('setting the mode', () => {
  async function run(gateway: Partial<GetGatewayCommandOutput>) {
    const calls: FakeCall[] = [];
    const { $metadata: _metadata, ...body } = { ...GATEWAY, ...gateway };
    const client = new BedrockAgentCoreControlClient(
      await fakeAws((call) => {
        calls.push(call);
        return { body };
      }),
    );
    const done = setPolicyMode(client, 'hr-tools-0123456789', 'ENFORCE').finally(() => client.destroy());
    await done.catch(() => {});
    return { calls, done };
  }

  test('CO-01 CO-02 sends back the whole gateway with another mode and nothing else changed', async () => {
    const { calls } = await run({});
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /gateways/hr-tools-0123456789/',
      'PUT /gateways/hr-tools-0123456789/',
    ]);
    const { gatewayIdentifier: _id, ...sent } = gatewayUpdateOf(GATEWAY);
    expect(calls[1]?.input).toEqual({ ...sent, policyEngineConfiguration: { ...ENGINE, mode: 'ENFORCE' } });
  });

  test('of a gateway without an engine is refused, and nothing is sent', async () => {
    const { calls, done } = await run({ policyEngineConfiguration: undefined });
    await expect(done).rejects.toMatchObject({ name: 'OperationError', code: 'policy_engine_missing' });
    expect(calls).toHaveLength(1);
  });
});
