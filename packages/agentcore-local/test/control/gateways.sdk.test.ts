/** Gateways over the wire: create, get, update, list, delete, and what is refused. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { beforeAll, describe, expect, test } from 'vitest';
import { gatewayRegistry, identityRegistry } from '../../src/control/registries.ts';
import { heldTimers } from '../support/control-plane.ts';
import { AUTHORIZER, openWire, ROLE, until, type Wire } from './wire.ts';

const FULL = {
  name: 'hr-tools',
  description: 'HR',
  roleArn: ROLE,
  authorizerType: 'CUSTOM_JWT',
  authorizerConfiguration: AUTHORIZER,
  protocolType: 'MCP',
  protocolConfiguration: { mcp: { instructions: 'Ask.', supportedVersions: ['2025-06-18'] } },
  interceptorConfigurations: [
    {
      interceptor: { lambda: { arn: 'arn:aws:lambda:us-east-1:000000000000:function:f' } },
      interceptionPoints: ['REQUEST'],
      inputConfiguration: { passRequestHeaders: true },
    },
  ],
  exceptionLevel: 'DEBUG',
} satisfies sdk.CreateGatewayCommandInput;

const ready = ({ control, client }: Wire, gatewayIdentifier: string | undefined) =>
  until(
    () => client.send(new sdk.GetGatewayCommand({ gatewayIdentifier })),
    ({ status }) => status === 'READY' || control.read() === undefined,
  );

async function made(wire: Wire, change: Partial<sdk.CreateGatewayCommandInput> = {}) {
  const { gatewayId } = await wire.client.send(new sdk.CreateGatewayCommand({ ...FULL, ...change }));
  return ready(wire, gatewayId);
}

test('create, get, update, list, delete', async () => {
  const wire = await openWire();
  const { client, control } = wire;
  const created = await client.send(new sdk.CreateGatewayCommand({ ...FULL, tags: { owner: 'hr' } }));
  expect(created).toMatchObject({
    gatewayId: expect.stringMatching(/^hr-tools-[a-z0-9]{10}$/),
    status: 'CREATING',
    createdAt: new Date(0),
  });
  const got = await ready(wire, created.gatewayId);
  expect(got).toMatchObject({ ...FULL, status: 'READY', gatewayUrl: expect.stringMatching(/\/mcp$/) });
  expect(got).not.toHaveProperty('tags');
  expect(got.workloadIdentityDetails?.workloadIdentityArn).toMatch(
    new RegExp(`workload-identity-directory/default/workload-identity/${created.gatewayId}$`),
  );
  expect(identityRegistry(control).workloadIdentity(created.gatewayId ?? '')).toMatchObject({
    linkedToService: true,
  });

  const { name, roleArn, authorizerType, authorizerConfiguration } = FULL;
  const bare = {
    gatewayIdentifier: created.gatewayId,
    name,
    roleArn,
    authorizerType,
    authorizerConfiguration,
  };
  expect(await client.send(new sdk.UpdateGatewayCommand(bare))).toMatchObject({ status: 'UPDATING' });
  const updated = await ready(wire, created.gatewayId);
  for (const gone of [
    'description',
    'exceptionLevel',
    'interceptorConfigurations',
    'protocolType',
    'protocolConfiguration',
  ]) {
    expect(updated).not.toHaveProperty(gone);
  }
  expect(updated.workloadIdentityDetails).toEqual(got.workloadIdentityDetails);

  const { items } = await client.send(new sdk.ListGatewaysCommand({}));
  expect(items).toMatchObject([{ gatewayId: created.gatewayId, name: 'hr-tools', status: 'READY' }]);

  const here = { gatewayIdentifier: got.gatewayArn };
  expect(await client.send(new sdk.DeleteGatewayCommand(here))).toMatchObject({ status: 'DELETING' });
  await expect(
    until(
      () => client.send(new sdk.GetGatewayCommand(here)),
      () => false,
    ),
  ).rejects.toThrow(sdk.ResourceNotFoundException);
  expect(control.read()).toMatchObject({ gateways: {}, workloadIdentities: {}, tags: {} });
});

describe('while it is made or changed', () => {
  test('it is not served, and takes no other change; afterwards it does', async () => {
    const timers = heldTimers();
    const { client, control } = await openWire({ timers });
    const registry = gatewayRegistry(control);
    const { gatewayId = '' } = await client.send(new sdk.CreateGatewayCommand(FULL));
    const update = () => client.send(new sdk.UpdateGatewayCommand({ ...FULL, gatewayIdentifier: gatewayId }));
    const remove = () => client.send(new sdk.DeleteGatewayCommand({ gatewayIdentifier: gatewayId }));
    expect(registry.gateway(gatewayId)).toBeUndefined();
    await expect(update()).rejects.toThrow(sdk.ConflictException);
    await expect(remove()).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    expect(registry.gateway(gatewayId)).toMatchObject({ gatewayId });
    await update();
    expect(registry.gateway(gatewayId)).toMatchObject({ gatewayId });
    await expect(update()).rejects.toThrow(/is UPDATING/);
    timers.runOut();
    await remove();
    expect(registry.gateway(gatewayId)).toBeUndefined();
    await expect(remove()).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    await expect(remove()).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  test('a stop stops what is under way, and nothing changes afterwards', async () => {
    const timers = heldTimers();
    const { client, control } = await openWire({ timers });
    await client.send(new sdk.CreateGatewayCommand(FULL));
    const before = control.read();
    control.stop();
    timers.runOut();
    expect(control.read()).toBe(before);
  });
});

type Change = Readonly<Record<string, unknown>>;
/** What a program without types would send. */
const untyped = (input: Change): sdk.CreateGatewayCommandInput => Object.assign({ ...FULL }, input);

describe('what is refused', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await openWire();
  });

  test.each<readonly [string, Change, string, RegExp]>([
    ['no name', { name: undefined }, 'ValidationException', /^name: is required$/],
    ['no role', { roleArn: null }, 'ValidationException', /roleArn: is required/],
    ['a name with a space', { name: 'hr tools' }, 'ValidationException', /name: must be letters/],
    ['a name with two hyphens', { name: 'hr--tools' }, 'ValidationException', /name/],
    ['a name of 49 characters', { name: 'n'.repeat(49) }, 'ValidationException', /name/],
    ['an empty description', { description: '' }, 'ValidationException', /description/],
    ['a long description', { description: 'x'.repeat(201) }, 'ValidationException', /description/],
    ['a type that is none', { authorizerType: 'OPEN' }, 'ValidationException', /authorizerType/],
    ['no authorizer', { authorizerConfiguration: undefined }, 'ValidationException', /authorizerConf/],
    ['an authorizer for NONE', { authorizerType: 'NONE' }, 'ValidationException', /CUSTOM_JWT only/],
    [
      'two interceptors at one point',
      { interceptorConfigurations: [...FULL.interceptorConfigurations, ...FULL.interceptorConfigurations] },
      'ValidationException',
      /at most one interceptor/,
    ],
    [
      'an interceptor at no point',
      { interceptorConfigurations: [{ ...FULL.interceptorConfigurations[0], interceptionPoints: [] }] },
      'ValidationException',
      /interceptionPoints/,
    ],
    [
      'an engine that is not there',
      { policyEngineConfiguration: { arn: 'arn:x', mode: 'ENFORCE' } },
      'ResourceNotFoundException',
      /no policy engine/,
    ],
    [
      'a mode that is none',
      { policyEngineConfiguration: { arn: 'a', mode: 'OFF' } },
      'ValidationException',
      /mode/,
    ],
    ['a tag of AWS', { tags: { 'aws:x': '1' } }, 'ValidationException', /aws:/],
  ])('%s', async (_id, change, name, message) => {
    const { client, control, errors } = wire;
    const before = control.read();
    const sending = client.send(new sdk.CreateGatewayCommand(untyped(change)));
    await expect(sending).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    expect([control.read(), errors]).toEqual([before, []]);
  });

  test('a second of the same name, while the first was not', async () => {
    await made(wire);
    await expect(made(wire)).rejects.toThrow(sdk.ConflictException);
    await expect(made(wire, { name: 'other' })).resolves.toMatchObject({ name: 'other' });
  });

  test('an engine that is not active yet', async () => {
    const timers = heldTimers();
    const { client } = await openWire({ timers });
    const { policyEngineArn: arn } = await client.send(new sdk.CreatePolicyEngineCommand({ name: 'e' }));
    const input = { ...FULL, policyEngineConfiguration: { arn, mode: 'ENFORCE' as const } };
    await expect(client.send(new sdk.CreateGatewayCommand(input))).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    await expect(client.send(new sdk.CreateGatewayCommand(input))).resolves.toMatchObject({
      policyEngineConfiguration: { mode: 'ENFORCE' },
    });
  });
});

describe("where AWS's own sources disagree", () => {
  const rename = (wire: Wire, id: string | undefined, name: string) =>
    wire.client.send(new sdk.UpdateGatewayCommand({ ...FULL, name, gatewayIdentifier: id }));
  const open = ({ client }: Wire, id: string | undefined) =>
    client.send(
      new sdk.UpdateGatewayCommand({
        ...{ name: FULL.name, roleArn: ROLE, authorizerType: 'AWS_IAM', gatewayIdentifier: id },
      }),
    );

  test('a name cannot be changed, or can where the option says so, but not to one that is taken', async () => {
    const strict = await openWire();
    const kept = await made(strict);
    await expect(rename(strict, kept.gatewayId, 'other')).rejects.toThrow(/name: cannot be changed/);
    const lenient = await openWire({ behaviour: { gatewayName: 'updatable' } });
    const { gatewayId } = await made(lenient);
    await made(lenient, { name: 'taken' });
    await expect(rename(lenient, gatewayId, 'taken')).rejects.toThrow(sdk.ConflictException);
    await rename(lenient, gatewayId, 'other');
    expect(await ready(lenient, gatewayId)).toMatchObject({ name: 'other', gatewayId });
  });

  test('the way callers sign in can be changed, or cannot where the option says so', async () => {
    const lenient = await openWire();
    const { gatewayId } = await made(lenient);
    expect(await open(lenient, gatewayId)).toMatchObject({ authorizerType: 'AWS_IAM' });
    const strict = await openWire({ behaviour: { authorizerType: 'immutable' } });
    const kept = await made(strict);
    await expect(open(strict, kept.gatewayId)).rejects.toThrow(/authorizerType: cannot be changed/);
    await expect(rename(strict, kept.gatewayId, FULL.name)).resolves.toBeDefined();
  });
});
