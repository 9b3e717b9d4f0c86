/** Client tokens: the same request again is the same request. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { expect, test } from 'vitest';
import { createRepetitions } from '../../src/control/wire/repetitions.ts';
import { structureShape } from '../../src/control/wire/shape.ts';
import { openWire } from './wire.ts';

const create = (name: string, clientToken: string) =>
  new sdk.CreatePolicyEngineCommand({ name, clientToken });
const TOKEN = 'e8b3c5f0-0000-4000-8000-000000000001';

test('a repetition has the same answer and no second effect', async () => {
  const { client, control } = await openWire();
  const first = await client.send(create('one', TOKEN));
  const again = await client.send(create('one', TOKEN));
  expect(again).toMatchObject({ policyEngineId: first.policyEngineId, status: 'CREATING' });
  expect(Object.keys(control.read().policyEngines)).toEqual([first.policyEngineId]);
  await client.send(create('two', `${TOKEN}2`));
  expect(Object.keys(control.read().policyEngines)).toHaveLength(2);
});

test('the same token with another request is refused, and has no effect', async () => {
  const { client, control } = await openWire();
  await client.send(create('one', TOKEN));
  const before = control.read();
  await expect(client.send(create('two', TOKEN))).rejects.toMatchObject({
    name: 'ValidationException',
    reason: 'IdempotentParameterMismatchException',
  });
  expect(Object.keys(control.read().policyEngines)).toEqual(Object.keys(before.policyEngines));
});

test('a request that failed may be sent again under its token', async () => {
  const { client } = await openWire();
  await client.send(create('one', `${TOKEN}1`));
  await expect(client.send(create('one', TOKEN))).rejects.toThrow(sdk.ConflictException);
  await expect(client.send(create('two', TOKEN))).resolves.toMatchObject({ name: 'two' });
});

test('a token in the query does the same', async () => {
  const { client } = await openWire();
  const artifact = { containerConfiguration: { containerUri: 'repository:abc' } };
  const made = await client.send(
    new sdk.CreateAgentRuntimeCommand({
      agentRuntimeName: 'a',
      agentRuntimeArtifact: artifact,
      roleArn: 'r',
    }),
  );
  await new Promise((done) => setImmediate(done));
  const remove = (token: string) =>
    client.send(
      new sdk.DeleteAgentRuntimeCommand({ agentRuntimeId: made.agentRuntimeId, clientToken: token }),
    );
  await remove(TOKEN);
  await expect(remove(TOKEN)).resolves.toMatchObject({ status: 'DELETING' });
  await expect(remove(`${TOKEN}2`)).rejects.toThrow();
});

const shape = structureShape([3, 'ns', 'S', 0, ['clientToken', 'name'], [[0, 4], 0], 0]);

test('a token is of its caller and its operation, and has a length', async () => {
  const repetitions = createRepetitions();
  const runs: string[] = [];
  const once = (caller: string, operation: string, clientToken: string) =>
    repetitions.once({ caller, operation, shape, input: { clientToken, name: 'x' } }, async (input) => {
      runs.push(`${caller} ${operation} ${JSON.stringify(input)}`);
      return {};
    });
  await once('a', 'Create', 't');
  await once('a', 'Create', 't');
  await once('b', 'Create', 't');
  await once('a', 'Update', 't');
  expect(runs).toEqual(['a Create {"name":"x"}', 'b Create {"name":"x"}', 'a Update {"name":"x"}']);
  await expect(once('a', 'Create', '')).rejects.toThrow(/1 to 256 characters/);
  await expect(once('a', 'Create', 'x'.repeat(257))).rejects.toThrow(/1 to 256 characters/);
});

test('the oldest of many answers gives way', async () => {
  const repetitions = createRepetitions();
  let runs = 0;
  const once = (token: string) =>
    repetitions.once({ caller: 'a', operation: 'o', shape, input: { clientToken: token } }, async () => {
      runs += 1;
      return {};
    });
  for (let at = 0; at <= 1000; at += 1) await once(`t${at}`);
  await once('t1000');
  expect(runs).toBe(1001);
  await once('t0');
  expect(runs).toBe(1002);
});
