/**
 * A gateway that is set up with nothing but AWS's client and an endpoint, beside the stack's own: engine, gateway, target
 * and policy by the control API, and what a person's token can do at each step. Then it is taken down again.
 */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forASecondGateway } from './support/assembly.ts';
import { operatorKey } from './support/doors.ts';
import { sharedAssembly, startTestSystem, type TestSystem } from './support/system.ts';

const FAST = { minDelay: 0.05, maxDelay: 0.05, maxWaitTime: 10 };

let running: TestSystem;
let client: sdk.BedrockAgentCoreControlClient;
/** The stack's own gateway and target, which the new ones are like. */
let model: sdk.GetGatewayCommandOutput;
let target: sdk.GetGatewayTargetCommandOutput;
let policyEngineId: string;
let gatewayIdentifier: string;
let gatewayUrl: string;
let gatewayArn: string;

const TOOL = 'Reports___format_report';

async function until<T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (Date.now() > end) throw new Error('it never came to be');
  }
}

beforeAll(async () => {
  running = await startTestSystem(forASecondGateway(sharedAssembly()));
  const { endpoint = '', region, gatewayId } = running.world.outputs;
  client = new sdk.BedrockAgentCoreControlClient({ endpoint, region, credentials: operatorKey(running) });
  model = await client.send(new sdk.GetGatewayCommand({ gatewayIdentifier: gatewayId }));
  const { items = [] } = await client.send(
    new sdk.ListGatewayTargetsCommand({ gatewayIdentifier: gatewayId }),
  );
  const targetId = items.find(({ name }) => name === 'ReportTarget')?.targetId;
  target = await client.send(new sdk.GetGatewayTargetCommand({ gatewayIdentifier: gatewayId, targetId }));
});
afterAll(async () => {
  client?.destroy();
  await running?.stop();
});

async function ask(method: string, params: object, token?: string): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(gatewayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

async function toolsOf(username: string): Promise<readonly string[]> {
  const answer = await ask('tools/list', {}, await running.world.tokens.person(username));
  const { result }: { result?: { tools: readonly { name: string }[] } } = JSON.parse(await answer.text());
  return (result?.tools ?? []).map(({ name }) => name);
}

describe('a gateway made by the API', () => {
  test('is there when it says so, takes no call without a token, and denies everything at first', async () => {
    const engine = await client.send(new sdk.CreatePolicyEngineCommand({ name: 'second' }));
    policyEngineId = engine.policyEngineId ?? '';
    await sdk.waitUntilPolicyEngineActive({ client, ...FAST }, { policyEngineId });
    const created = await client.send(
      new sdk.CreateGatewayCommand({
        name: 'second',
        roleArn: model.roleArn,
        authorizerType: model.authorizerType,
        authorizerConfiguration: model.authorizerConfiguration,
        protocolType: 'MCP',
        policyEngineConfiguration: { arn: engine.policyEngineArn, mode: 'ENFORCE' },
      }),
    );
    gatewayIdentifier = created.gatewayId ?? '';
    const ready = await until(
      () => client.send(new sdk.GetGatewayCommand({ gatewayIdentifier })),
      ({ status }) => status === 'READY',
    );
    gatewayUrl = ready.gatewayUrl ?? '';
    gatewayArn = ready.gatewayArn ?? '';
    const made = await client.send(
      new sdk.CreateGatewayTargetCommand({
        ...{ gatewayIdentifier, name: 'Reports' },
        targetConfiguration: target.targetConfiguration,
        credentialProviderConfigurations: target.credentialProviderConfigurations,
      }),
    );
    await until(
      () => client.send(new sdk.GetGatewayTargetCommand({ gatewayIdentifier, targetId: made.targetId })),
      ({ status }) => status === 'READY',
    );
    expect((await ask('tools/list', {})).status).toBe(401);
    expect(await toolsOf('eve')).toEqual([]);
  });

  test('permits what a drafted policy permits, once that is active', async () => {
    const { policyGenerationId } = await client.send(
      new sdk.StartPolicyGenerationCommand({
        ...{ policyEngineId, name: 'readers', resource: { arn: gatewayArn } },
        content: { rawText: 'Users with scope hr/read may use tool format_report.' },
      }),
    );
    const here = { policyEngineId, policyGenerationId };
    await sdk.waitUntilPolicyGenerationCompleted({ client, ...FAST }, here);
    const { policyGenerationAssets } = await client.send(new sdk.ListPolicyGenerationAssetsCommand(here));
    const policyGenerationAssetId = policyGenerationAssets?.[0]?.policyGenerationAssetId;
    const { policyId } = await client.send(
      new sdk.CreatePolicyCommand({
        ...{ policyEngineId, name: 'readers' },
        definition: { policyGeneration: { policyGenerationId, policyGenerationAssetId } },
      }),
    );
    await sdk.waitUntilPolicyActive({ client, ...FAST }, { policyEngineId, policyId });
    expect(await toolsOf('eve')).toEqual([TOOL]);
  });

  test('goes when its parts went first, and the stack keeps its own', async () => {
    const gone = () => client.send(new sdk.DeleteGatewayCommand({ gatewayIdentifier }));
    await expect(gone()).rejects.toThrow(sdk.ConflictException);
    const { items = [] } = await client.send(new sdk.ListGatewayTargetsCommand({ gatewayIdentifier }));
    for (const { targetId } of items) {
      await client.send(new sdk.DeleteGatewayTargetCommand({ gatewayIdentifier, targetId }));
    }
    await until(
      () => client.send(new sdk.ListGatewayTargetsCommand({ gatewayIdentifier })),
      (list) => list.items?.length === 0,
    );
    await gone();
    await until(
      () => client.send(new sdk.ListGatewaysCommand({})),
      (list) => list.items?.length === 1,
    );
    expect((await ask('tools/list', {}, await running.world.tokens.person('eve'))).status).toBe(404);
    const { policies = [] } = await client.send(new sdk.ListPoliciesCommand({ policyEngineId }));
    for (const { policyId } of policies) {
      await client.send(new sdk.DeletePolicyCommand({ policyEngineId, policyId }));
      await sdk.waitUntilPolicyDeleted({ client, ...FAST }, { policyEngineId, policyId });
    }
    await client.send(new sdk.DeletePolicyEngineCommand({ policyEngineId }));
    await sdk.waitUntilPolicyEngineDeleted({ client, ...FAST }, { policyEngineId });
    gatewayUrl = running.world.outputs.gatewayUrl;
    expect(await toolsOf('eve')).toContain('ReportTarget___format_report');
  });
});
