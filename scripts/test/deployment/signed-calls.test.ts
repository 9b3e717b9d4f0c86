/** The signed calls after a deployment, by AWS's client, against a control plane of the test's own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { outputsOfStack } from '@secure-agent/operations';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { awaitSignedCalls } from '../../src/lib/deployment/aws.ts';
import { CONFIGURATION, PLACE, stackOutputs } from './fake-ports.ts';

const OUTPUTS = outputsOfStack(stackOutputs(), CONFIGURATION, {
  ...{ stage: 'dev', ...PLACE },
  dataPlane: 'https://bedrock-agentcore.us-east-1.amazonaws.com',
});

const asked: string[] = [];
const stops: (() => void)[] = [];
beforeEach(() => {
  asked.length = 0;
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const stop of stops.splice(0)) stop();
});

/** Refuses each path so often before it allows it. */
async function run(refusals: number) {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const refused = asked.filter((one) => one === path).length <= refusals;
    const error = { 'x-amzn-errortype': 'AccessDeniedException' };
    response.writeHead(refused ? 403 : 200, {
      'content-type': 'application/json',
      ...(refused ? error : {}),
    });
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new BedrockAgentCoreControlClient({
    ...{
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'A'.repeat(16), secretAccessKey: 's' },
    },
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  stops.push(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  let now = 0;
  const clock = {
    now: () => now,
    async wait(milliseconds: number) {
      now += milliseconds;
    },
  };
  await awaitSignedCalls(client, OUTPUTS, clock);
}

test('gateway and runtime are read until both may be', async () => {
  await run(1);
  const gateway = expect.stringMatching(/^\/gateways\/v-GatewayId/);
  const runtime = expect.stringMatching(/^\/runtimes\/hr_agent-0123456789/);
  expect(asked).toEqual([gateway, gateway, runtime, runtime]);
});

test('a call that stays refused is named', async () => {
  await expect(run(1000)).rejects.toMatchObject({
    code: 'not_allowed_yet',
    message: expect.stringContaining('bedrock-agentcore:GetGateway'),
  });
});
