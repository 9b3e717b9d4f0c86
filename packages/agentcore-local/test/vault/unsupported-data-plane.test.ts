import * as dataPlane from '@aws-sdk/client-bedrock-agentcore';
import {
  BedrockAgentCoreClient,
  InvokeHarnessCommand,
  ListABTestsCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import * as controlPlane from '@aws-sdk/client-bedrock-agentcore-control';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createUnsupportedDataPlane } from '../../src/vault/unsupported-data-plane.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

/** An operation's schema as the SDK exports it: kind 9, namespace, name, traits. */
const operationSchema = z.tuple(
  [z.literal(9), z.string(), z.string(), z.object({ http: z.tuple([z.string(), z.string(), z.number()]) })],
  z.unknown(),
);

type Operation = { readonly name: string; readonly method: string; readonly template: string };

const operationsOf = (sdk: object): readonly Operation[] =>
  Object.values(sdk).flatMap((exported) => {
    const schema = operationSchema.safeParse(exported);
    if (!schema.success) return [];
    const [, , name, { http }] = schema.data;
    return [{ name, method: http[0], template: http[1].split('?')[0] ?? '' }];
  });

const service = createUnsupportedDataPlane();
const exampleOf = ({ method, template }: Operation) => ({
  ...{ method, path: template.replaceAll(/\{[^}]+\}/g, 'an-id'), search: '' },
  ...{ headers: {}, rawHeaders: [] },
});

/** These are answered by the runtime's front door and by the vault. */
const SERVED = /^\/(?:runtimes|identities)\/(?!payment)/;

const data = operationsOf(dataPlane);

test('the SDK is read: it has the operations that are known', () => {
  expect(data).toHaveLength(67);
  expect(operationsOf(controlPlane).length).toBeGreaterThan(100);
});

test.each(data.filter(({ template }) => !SERVED.test(template)))(
  '$name answers its own name',
  async (operation) => {
    const head = exampleOf(operation);
    expect(service.matches(head)).toBe(true);
    const rest = { body: Buffer.alloc(0), requestId: 'r', signal: new AbortController().signal };
    const answer = await service.handle({ ...head, ...rest });
    expect(answer.status).toBe(400);
    expect(JSON.parse(String(answer.body))).toEqual({
      message: `${operation.name} is not supported locally.`,
    });
  },
);

test('what others answer is left to them: runtimes, identities and the whole control plane', () => {
  const others = [...data.filter(({ template }) => SERVED.test(template)), ...operationsOf(controlPlane)];
  expect(others.filter((operation) => service.matches(exampleOf(operation)))).toEqual([]);
});

test('a real client is told by name, with a signature only', async () => {
  const endpoint = await testEndpoint([service]);
  const client = new BedrockAgentCoreClient(endpoint.sdk);
  await expect(client.send(new ListABTestsCommand({}))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'ListABTests is not supported locally.',
  });
  await expect(
    client.send(
      new InvokeHarnessCommand({ harnessArn: 'arn:x', runtimeSessionId: 's'.repeat(33), messages: [] }),
    ),
  ).rejects.toMatchObject({ message: 'InvokeHarness is not supported locally.' });
  client.destroy();
  expect((await fetch(`${endpoint.url}/ab-tests`)).status).toBe(403);
});
