/** Targets over the wire. The server behind an MCP target is a fake: what is tested is when it is asked, and what follows. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import type { Json, Result } from '@secure-agent/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { gatewayRegistry } from '../../src/control/registries.ts';
import { targetTools } from '../../src/gateway/targets/target-tools.ts';
import { folderWith } from '../processes/support.ts';
import { heldTimers, openControl } from '../support/control-plane.ts';
import { AUTHORIZER, openWire, ROLE, until, type Wire, wireOver } from './wire.ts';

const tool = (name: string) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object' as const, properties: { id: { type: 'string' as const } } },
});

const lambda = (...names: readonly string[]): sdk.TargetConfiguration => ({
  mcp: { lambda: { lambdaArn: 'arn:aws:lambda:f', toolSchema: { inlinePayload: names.map(tool) } } },
});

const SERVER = { mcp: { mcpServer: { endpoint: 'https://tools.example.com/mcp' } } };

async function gatewayOn(wire: Wire, name = 'hr'): Promise<string> {
  const input = {
    name,
    roleArn: ROLE,
    authorizerType: 'CUSTOM_JWT',
    authorizerConfiguration: AUTHORIZER,
  } as const;
  const { gatewayId = '' } = await wire.client.send(new sdk.CreateGatewayCommand(input));
  wire.control.settle('gateways', gatewayId);
  return gatewayId;
}

const get = ({ client }: Wire, gatewayIdentifier: string, targetId: string | undefined) =>
  client.send(new sdk.GetGatewayTargetCommand({ gatewayIdentifier, targetId }));

const settled = (wire: Wire, gatewayId: string, targetId: string | undefined) =>
  until(
    () => get(wire, gatewayId, targetId),
    ({ status = '' }) => !['CREATING', 'UPDATING', 'SYNCHRONIZING'].includes(status),
  );

test('create, get, update, list, delete', async () => {
  const wire = await openWire();
  const { client } = wire;
  const gatewayIdentifier = await gatewayOn(wire);
  const created = await client.send(
    new sdk.CreateGatewayTargetCommand({
      ...{ gatewayIdentifier, name: 'Hr', description: 'HR', targetConfiguration: lambda('get') },
      credentialProviderConfigurations: [{ credentialProviderType: 'GATEWAY_IAM_ROLE' }],
      metadataConfiguration: { allowedRequestHeaders: ['X-Tenant'] },
    }),
  );
  expect(created).toMatchObject({ status: 'CREATING', targetId: expect.stringMatching(/^[0-9A-Z]{10}$/) });
  const { targetId } = created;
  expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({
    ...{ status: 'READY', name: 'Hr', description: 'HR', targetConfiguration: lambda('get') },
    metadataConfiguration: { allowedRequestHeaders: ['X-Tenant'] },
  });

  const update = { gatewayIdentifier, targetId, targetConfiguration: lambda('get', 'set') };
  expect(await client.send(new sdk.UpdateGatewayTargetCommand(update))).toMatchObject({ status: 'UPDATING' });
  const updated = await settled(wire, gatewayIdentifier, targetId);
  expect(updated).toMatchObject({ name: 'Hr', credentialProviderConfigurations: [] });
  for (const gone of ['description', 'metadataConfiguration']) expect(updated).not.toHaveProperty(gone);
  await client.send(new sdk.UpdateGatewayTargetCommand({ ...update, name: 'People' }));
  expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({ name: 'People', targetId });

  const { items } = await client.send(new sdk.ListGatewayTargetsCommand({ gatewayIdentifier }));
  expect(items).toMatchObject([{ targetId, name: 'People', status: 'READY', targetType: 'LAMBDA' }]);
  expect(items?.[0]).not.toHaveProperty('targetConfiguration');

  const here = { gatewayIdentifier, targetId };
  await expect(client.send(new sdk.DeleteGatewayCommand({ gatewayIdentifier }))).rejects.toThrow(
    /has targets/,
  );
  expect(await client.send(new sdk.DeleteGatewayTargetCommand(here))).toMatchObject({ status: 'DELETING' });
  await expect(
    until(
      () => get(wire, gatewayIdentifier, targetId),
      () => false,
    ),
  ).rejects.toThrow(sdk.ResourceNotFoundException);
  await expect(client.send(new sdk.DeleteGatewayCommand({ gatewayIdentifier }))).resolves.toBeDefined();
});

describe('what is refused', () => {
  let wire: Wire;
  let gatewayIdentifier: string;
  beforeAll(async () => {
    wire = await openWire();
    gatewayIdentifier = await gatewayOn(wire);
  });
  const create = (input: Partial<sdk.CreateGatewayTargetCommandInput>) =>
    wire.client.send(
      new sdk.CreateGatewayTargetCommand({
        ...{ gatewayIdentifier, name: 'Hr', targetConfiguration: lambda('get') },
        ...input,
      }),
    );

  test.each<readonly [string, Partial<sdk.CreateGatewayTargetCommandInput>, string, RegExp]>([
    ['no name', { name: undefined }, 'ValidationException', /name/],
    ['GW-16 an underscore in the name', { name: 'Hr_x' }, 'ValidationException', /name/],
    ['no tool', { targetConfiguration: lambda() }, 'ValidationException', /inlinePayload/],
    ['a tool twice', { targetConfiguration: lambda('get', 'get') }, 'ValidationException', /twice/],
    ['a group of actions as its name', { name: 'CallTool' }, 'ValidationException', /CallTool/],
    [
      'a kind that does not run here',
      { targetConfiguration: { mcp: { smithyModel: { inlinePayload: '{}' } } } },
      'ValidationException',
      /only Lambda targets/,
    ],
    [
      'a private endpoint',
      { privateEndpoint: { selfManagedLatticeResource: { resourceConfigurationIdentifier: 'x' } } },
      'ValidationException',
      /^privateEndpoint: is not supported locally$/,
    ],
    [
      'eleven headers',
      { metadataConfiguration: { allowedRequestHeaders: Array.from({ length: 11 }, (_, at) => `X-${at}`) } },
      'ValidationException',
      /allowedRequestHeaders/,
    ],
    [
      'a gateway that is not there',
      { gatewayIdentifier: 'no-0123456789' },
      'ResourceNotFoundException',
      /Gateway/,
    ],
  ])('%s', async (_id, input, name, message) => {
    await expect(create(input)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    expect(wire.control.read().targets).toEqual({});
  });

  test('a second of the same name, and at another gateway not', async () => {
    await create({});
    await expect(create({})).rejects.toThrow(sdk.ConflictException);
    const other = await gatewayOn(wire, 'other');
    const { targetId } = await create({ gatewayIdentifier: other });
    await expect(get(wire, gatewayIdentifier, targetId)).rejects.toThrow(sdk.ResourceNotFoundException);
    await expect(get(wire, other, targetId)).resolves.toMatchObject({ targetId });
  });

  test('while the gateway or the target is under way', async () => {
    const timers = heldTimers();
    const held = await openWire({ timers });
    const input = { name: 'g', roleArn: ROLE, authorizerType: 'AWS_IAM' } as const;
    const { gatewayId } = await held.client.send(new sdk.CreateGatewayCommand(input));
    const target = { gatewayIdentifier: gatewayId, name: 'Hr', targetConfiguration: lambda('get') };
    const make = () => held.client.send(new sdk.CreateGatewayTargetCommand(target));
    await expect(make()).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    const { targetId } = await make();
    const registry = gatewayRegistry(held.control);
    expect(registry.targets(gatewayId ?? '')).toEqual([]);
    const remove = () =>
      held.client.send(new sdk.DeleteGatewayTargetCommand({ gatewayIdentifier: gatewayId, targetId }));
    await expect(remove()).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    expect(registry.targets(gatewayId ?? '')).toMatchObject([{ name: 'Hr' }]);
    await remove();
    expect(registry.targets(gatewayId ?? '')).toEqual([]);
  });
});

/** A control plane whose MCP servers answer as the test says. */
async function withServer(answer: () => Promise<Result<readonly Json[], string>>) {
  const asked: string[] = [];
  const control = openControl(folderWith(), {
    targetTools,
    discovery: {
      discover(target) {
        asked.push(target.name);
        return answer();
      },
    },
  });
  const wire = await wireOver(control);
  return { wire, asked, gatewayIdentifier: await gatewayOn(wire), registry: gatewayRegistry(control) };
}

const tools = async (...names: readonly string[]): Promise<Result<readonly Json[], string>> => ({
  ok: true,
  value: names.map(tool),
});

describe('a target with an MCP server', () => {
  const make = (
    wire: Wire,
    gatewayIdentifier: string,
    targetConfiguration: sdk.TargetConfiguration = SERVER,
  ) =>
    wire.client.send(
      new sdk.CreateGatewayTargetCommand({ gatewayIdentifier, name: 'Far', targetConfiguration }),
    );

  test('is ready when the server has told its tools, which the data plane sees and no answer shows', async () => {
    const { wire, asked, gatewayIdentifier, registry } = await withServer(() => tools('find'));
    const { targetId } = await make(wire, gatewayIdentifier);
    const got = await settled(wire, gatewayIdentifier, targetId);
    expect(got).toMatchObject({ status: 'READY', lastSynchronizedAt: new Date(0) });
    expect(JSON.stringify(got)).not.toContain('find');
    expect(asked).toEqual(['Far']);
    expect(registry.targets(gatewayIdentifier)).toMatchObject([{ discoveredTools: [{ name: 'find' }] }]);
  });

  test.each<readonly [string, () => Promise<Result<readonly Json[], string>>, RegExp]>([
    ['the server refuses', async () => ({ ok: false, error: 'the server said no' }), /^the server said no$/],
    ['asking fails', () => Promise.reject(new Error('secret detail')), /^the server could not be asked/],
    ['it tells a tool that no policy could be about', () => tools('x'.repeat(300)), /Far/],
  ])('has failed, with the reason, where %s', async (_id, answer, reason) => {
    const { wire, gatewayIdentifier, registry } = await withServer(answer);
    const { targetId } = await make(wire, gatewayIdentifier);
    const got = await settled(wire, gatewayIdentifier, targetId);
    expect(got).toMatchObject({ status: 'FAILED', statusReasons: [expect.stringMatching(reason)] });
    expect(registry.targets(gatewayIdentifier)).toEqual([]);
  });

  test('is asked again when it is synchronized; where that fails, the tools before stay', async () => {
    const answers = [
      tools('find'),
      tools('find', 'more'),
      Promise.resolve({ ok: false as const, error: 'away' }),
    ];
    const { wire, asked, gatewayIdentifier, registry } = await withServer(
      async () => (await answers.shift()) ?? { ok: false, error: 'none' },
    );
    const { targetId = '' } = await make(wire, gatewayIdentifier);
    await settled(wire, gatewayIdentifier, targetId);
    const synchronize = () =>
      wire.client.send(
        new sdk.SynchronizeGatewayTargetsCommand({ gatewayIdentifier, targetIdList: [targetId] }),
      );
    expect((await synchronize()).targets).toMatchObject([{ targetId, status: 'SYNCHRONIZING' }]);
    expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({ status: 'READY' });
    expect(registry.targets(gatewayIdentifier)).toMatchObject([{ discoveredTools: [{}, { name: 'more' }] }]);
    await synchronize();
    expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({
      status: 'SYNCHRONIZE_UNSUCCESSFUL',
      statusReasons: ['away'],
    });
    expect(registry.targets(gatewayIdentifier)).toMatchObject([{ discoveredTools: [{}, { name: 'more' }] }]);
    expect(asked).toHaveLength(3);
  });

  test('forgets what it was told when it is changed and the new server does not answer', async () => {
    const answers = [tools('find'), Promise.resolve({ ok: false as const, error: 'away' })];
    const { wire, gatewayIdentifier, registry } = await withServer(
      async () => (await answers.shift()) ?? { ok: false, error: 'none' },
    );
    const { targetId } = await make(wire, gatewayIdentifier);
    await settled(wire, gatewayIdentifier, targetId);
    const update = { gatewayIdentifier, targetId, targetConfiguration: SERVER };
    await wire.client.send(new sdk.UpdateGatewayTargetCommand(update));
    expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({ status: 'UPDATE_UNSUCCESSFUL' });
    expect(registry.targets(gatewayIdentifier)).toEqual([]);
  });

  test('with DYNAMIC listing is asked at calls, not here, and cannot be synchronized', async () => {
    const { wire, asked, gatewayIdentifier, registry } = await withServer(() => tools('find'));
    const dynamic = { mcp: { mcpServer: { ...SERVER.mcp.mcpServer, listingMode: 'DYNAMIC' as const } } };
    const { targetId = '' } = await make(wire, gatewayIdentifier, dynamic);
    expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({ status: 'READY' });
    const synchronize = new sdk.SynchronizeGatewayTargetsCommand({
      gatewayIdentifier,
      targetIdList: [targetId],
    });
    await expect(wire.client.send(synchronize)).rejects.toThrow(/no MCP server whose tools are kept/);
    expect(asked).toEqual([]);
    expect(registry.targets(gatewayIdentifier)).toMatchObject([{ name: 'Far' }]);
  });

  test('that is deleted while its server is asked stays deleted', async () => {
    const open = Promise.withResolvers<Result<readonly Json[], string>>();
    const { wire, gatewayIdentifier } = await withServer(() => open.promise);
    const { targetId = '' } = await make(wire, gatewayIdentifier);
    wire.control.change((state) => ({ ...state, targets: {} }));
    open.resolve(await tools('find'));
    await open.promise;
    await expect(get(wire, gatewayIdentifier, targetId)).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  test('without any discovery has failed and says so', async () => {
    const wire = await wireOver(openControl(folderWith(), { targetTools }));
    const gatewayIdentifier = await gatewayOn(wire);
    const { targetId } = await make(wire, gatewayIdentifier);
    expect(await settled(wire, gatewayIdentifier, targetId)).toMatchObject({
      status: 'FAILED',
      statusReasons: ['no discovery of MCP servers is set up'],
    });
  });
});
