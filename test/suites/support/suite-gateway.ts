/** A second gateway on a running system, made through the real AWS SDK, with the suite's fixture server behind it. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  BedrockAgentCoreControlClient,
  CreateGatewayCommand,
  CreateGatewayTargetCommand,
  CreatePolicyCommand,
  CreatePolicyEngineCommand,
  GetGatewayCommand,
  GetGatewayTargetCommand,
  ListGatewaysCommand,
  waitUntilPolicyActive,
  waitUntilPolicyEngineActive,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { operatorKey } from '../../end-to-end/support/doors.ts';
import type { TestSystem } from '../../end-to-end/support/system.ts';

export const TARGET = 'Suite';
const WAIT_SECONDS = 20;

const required = (value: string | undefined, what: string): string => {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
};

/** @returns the URL of the gateway's MCP endpoint. Every tool of the target is permitted, in ENFORCE. */
export async function createSuiteGateway(running: TestSystem, serverUrl: string): Promise<string> {
  const { endpoint = '', region } = running.world.outputs;
  const client = new BedrockAgentCoreControlClient({ endpoint, region, credentials: operatorKey(running) });
  try {
    return await create(client, serverUrl);
  } finally {
    client.destroy();
  }
}

type Status = { readonly status: string | undefined; readonly statusReasons?: string[] | undefined };

/** The SDK has no waiter for gateways and targets. */
async function untilReady(read: () => Promise<Status>): Promise<void> {
  for (let tries = 0; tries < WAIT_SECONDS * 10; tries += 1) {
    const { status, statusReasons = [] } = await read();
    if (status === 'READY') return;
    if (status === 'FAILED') throw new Error(statusReasons.join('; '));
    await wait(100);
  }
  throw new Error('it is still not READY');
}

async function create(client: BedrockAgentCoreControlClient, serverUrl: string): Promise<string> {
  const { items = [] } = await client.send(new ListGatewaysCommand());
  const gatewayIdentifier = required(items[0]?.gatewayId, 'gateway of the stack');
  const stack = await client.send(new GetGatewayCommand({ gatewayIdentifier }));
  const engine = await client.send(new CreatePolicyEngineCommand({ name: 'suite' }));
  const policyEngineId = required(engine.policyEngineId, 'engine');
  const waiting = { client, maxWaitTime: WAIT_SECONDS, minDelay: 1, maxDelay: 1 };
  await waitUntilPolicyEngineActive(waiting, { policyEngineId });
  const gateway = await client.send(
    new CreateGatewayCommand({
      name: 'suite',
      roleArn: stack.roleArn,
      authorizerType: 'CUSTOM_JWT',
      authorizerConfiguration: stack.authorizerConfiguration,
      protocolType: 'MCP',
      protocolConfiguration: {
        mcp: {
          supportedVersions: ['2025-03-26', '2025-06-18', '2025-11-25'],
          streamingConfiguration: { enableResponseStreaming: true },
        },
      },
      policyEngineConfiguration: { arn: engine.policyEngineArn, mode: 'ENFORCE' },
    }),
  );
  const suite = { gatewayIdentifier: required(gateway.gatewayId, 'gateway') };
  await untilReady(() => client.send(new GetGatewayCommand(suite)));
  const target = await client.send(
    new CreateGatewayTargetCommand({
      ...suite,
      name: TARGET,
      targetConfiguration: { mcp: { mcpServer: { endpoint: serverUrl } } },
    }),
  );
  const targetId = required(target.targetId, 'target');
  await untilReady(() => client.send(new GetGatewayTargetCommand({ ...suite, targetId })));
  const statement = `permit(principal is AgentCore::OAuthUser, action in AgentCore::Action::"${TARGET}", resource == AgentCore::Gateway::"${gateway.gatewayArn}");`;
  const policy = await client.send(
    new CreatePolicyCommand({
      policyEngineId,
      name: 'suite_tools',
      definition: { cedar: { statement } },
      validationMode: 'IGNORE_ALL_FINDINGS',
    }),
  );
  await waitUntilPolicyActive(waiting, { policyEngineId, policyId: required(policy.policyId, 'policy') });
  return required(gateway.gatewayUrl, 'gateway URL');
}
