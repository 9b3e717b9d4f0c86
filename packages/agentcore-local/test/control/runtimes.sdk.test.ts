/** Runtimes, versions and endpoints over the wire, and what the data plane serves of them. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { beforeAll, describe, expect, test } from 'vitest';
import { identityRegistry, runtimeRegistry } from '../../src/control/registries.ts';
import { LoadError } from '../../src/load-error.ts';
import { heldTimers } from '../support/control-plane.ts';
import { AUTHORIZER, openWire, until, type Wire } from './wire.ts';

const artifact = (tag: string): sdk.AgentRuntimeArtifact => ({
  containerConfiguration: { containerUri: `000000000000.dkr.ecr.us-east-1.amazonaws.com/assets:${tag}` },
});

const INPUT = {
  ...{ agentRuntimeArtifact: artifact('abc'), roleArn: 'arn:aws:iam::000000000000:role/agent' },
  networkConfiguration: { networkMode: 'PUBLIC' },
} satisfies Partial<sdk.CreateAgentRuntimeCommandInput>;

const FULL = {
  ...INPUT,
  description: 'HR agent',
  authorizerConfiguration: AUTHORIZER,
  requestHeaderConfiguration: { requestHeaderAllowlist: ['Authorization'] },
  protocolConfiguration: { serverProtocol: 'MCP' },
  lifecycleConfiguration: { idleRuntimeSessionTimeout: 60, maxLifetime: 600 },
  environmentVariables: { A: 'b' },
  platformVersion: 'V2',
} satisfies Partial<sdk.CreateAgentRuntimeCommandInput>;

const settled = ({ client }: Wire, agentRuntimeId: string | undefined) =>
  until(
    () => client.send(new sdk.GetAgentRuntimeCommand({ agentRuntimeId })),
    ({ status = '' }) => !['CREATING', 'UPDATING'].includes(status),
  );

async function made(wire: Wire, agentRuntimeName = 'hr_agent', input: object = FULL) {
  const created = await wire.client.send(
    new sdk.CreateAgentRuntimeCommand(Object.assign({ ...INPUT, agentRuntimeName }, input)),
  );
  return settled(wire, created.agentRuntimeId);
}

const gone = (ask: () => Promise<unknown>) =>
  expect(until(ask, () => false)).rejects.toThrow(sdk.ResourceNotFoundException);

test('create, get, update, list, list versions, delete', async () => {
  const wire = await openWire();
  const { client, control } = wire;
  const registry = runtimeRegistry(control);
  const created = await client.send(
    new sdk.CreateAgentRuntimeCommand({ ...FULL, agentRuntimeName: 'hr_agent', tags: { owner: 'hr' } }),
  );
  expect(created).toMatchObject({ status: 'CREATING', agentRuntimeVersion: '1' });
  const { agentRuntimeId = '', agentRuntimeArn = '' } = created;
  expect(await settled(wire, agentRuntimeId)).toMatchObject({ ...FULL, status: 'READY' });
  expect(identityRegistry(control).workloadIdentity(agentRuntimeId)).toMatchObject({ linkedToService: true });
  expect(created.workloadIdentityDetails?.workloadIdentityArn).toMatch(new RegExp(`${agentRuntimeId}$`));
  expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).toMatchObject({
    ...{ serverProtocol: 'MCP', contextFolder: '/assets/abc', authorizerConfiguration: AUTHORIZER },
    ...{ idleRuntimeSessionTimeout: 60, maxLifetime: 600, requestHeaderAllowlist: ['Authorization'] },
  });

  const update = { ...INPUT, agentRuntimeId, agentRuntimeArtifact: artifact('def') };
  expect(await client.send(new sdk.UpdateAgentRuntimeCommand(update))).toMatchObject({
    ...{ status: 'UPDATING', agentRuntimeVersion: '2' },
  });
  const updated = await settled(wire, agentRuntimeId);
  // What the call leaves out is gone: the authorizer too, so it takes signed requests from now on.
  for (const lost of [
    'authorizerConfiguration',
    'requestHeaderConfiguration',
    'protocolConfiguration',
    'environmentVariables',
    'description',
  ]) {
    expect(updated).not.toHaveProperty(lost);
  }
  expect(updated).toMatchObject({
    ...{ platformVersion: 'V2', metadataConfiguration: { requireMMDSV2: true } },
    lifecycleConfiguration: { idleRuntimeSessionTimeout: 900, maxLifetime: 28_800 },
  });
  const view = registry.runtime(agentRuntimeArn, 'DEFAULT');
  expect(view).toMatchObject({
    contextFolder: '/assets/def',
    serverProtocol: 'HTTP',
    requestHeaderAllowlist: [],
  });
  expect(view).not.toHaveProperty('authorizerConfiguration');
  const first = new sdk.GetAgentRuntimeCommand({ agentRuntimeId, agentRuntimeVersion: '1' });
  expect(await client.send(first)).toMatchObject({ ...FULL, agentRuntimeVersion: '1', status: 'READY' });

  const { agentRuntimes } = await client.send(new sdk.ListAgentRuntimesCommand({}));
  expect(agentRuntimes).toMatchObject([
    { agentRuntimeId, agentRuntimeVersion: '2', agentRuntimeName: 'hr_agent' },
  ]);
  const versions = await client.send(new sdk.ListAgentRuntimeVersionsCommand({ agentRuntimeId }));
  expect(versions.agentRuntimes?.map((one) => one.agentRuntimeVersion)).toEqual(['2', '1']);

  expect(await client.send(new sdk.DeleteAgentRuntimeCommand({ agentRuntimeId }))).toMatchObject({
    status: 'DELETING',
  });
  expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).toBeUndefined();
  await gone(() => client.send(new sdk.GetAgentRuntimeCommand({ agentRuntimeId })));
  expect(control.read()).toMatchObject({
    runtimes: {},
    runtimeVersions: {},
    workloadIdentities: {},
    tags: {},
  });
});

test('endpoints: create, get, update, list, delete; DEFAULT follows the latest version', async () => {
  const wire = await openWire();
  const { client, control } = wire;
  const registry = runtimeRegistry(control);
  const { agentRuntimeId = '', agentRuntimeArn = '' } = await made(wire);
  const get = (endpointName: string) =>
    client.send(new sdk.GetAgentRuntimeEndpointCommand({ agentRuntimeId, endpointName }));
  const ready = (endpointName: string) =>
    until(
      () => get(endpointName),
      ({ status }) => status === 'READY',
    );

  const create = { agentRuntimeId, name: 'stable', description: 'kept', tags: { a: 'b' } };
  const created = await client.send(new sdk.CreateAgentRuntimeEndpointCommand(create));
  expect(created).toMatchObject({ status: 'CREATING', targetVersion: '1', endpointName: 'stable' });
  expect(created.agentRuntimeEndpointArn).toBe(`${agentRuntimeArn}/runtime-endpoint/stable`);
  expect(await ready('stable')).toMatchObject({ liveVersion: '1', targetVersion: '1', description: 'kept' });

  await client.send(
    new sdk.UpdateAgentRuntimeCommand({ ...INPUT, agentRuntimeId, agentRuntimeArtifact: artifact('def') }),
  );
  await settled(wire, agentRuntimeId);
  expect(await get('DEFAULT')).toMatchObject({ liveVersion: '2', status: 'READY' });
  expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).toMatchObject({ contextFolder: '/assets/def' });
  expect(registry.runtime(agentRuntimeArn, 'stable')).toMatchObject({
    ...{ contextFolder: '/assets/abc', authorizerConfiguration: AUTHORIZER },
  });
  expect(registry.runtime(agentRuntimeArn, 'other')).toBeUndefined();
  expect(registry.runtime(agentRuntimeArn, '__proto__')).toBeUndefined();

  const name = { agentRuntimeId, endpointName: 'stable' };
  const move = new sdk.UpdateAgentRuntimeEndpointCommand({ ...name, agentRuntimeVersion: '2' });
  expect(await client.send(move)).toMatchObject({ status: 'UPDATING', liveVersion: '1', targetVersion: '2' });
  const moved = await ready('stable');
  expect(moved).toMatchObject({ liveVersion: '2' });
  expect(moved).not.toHaveProperty('description');
  expect(registry.runtime(agentRuntimeArn, 'stable')).toMatchObject({ contextFolder: '/assets/def' });

  const { runtimeEndpoints } = await client.send(
    new sdk.ListAgentRuntimeEndpointsCommand({ agentRuntimeId }),
  );
  expect(runtimeEndpoints?.map((one) => one.name).toSorted()).toEqual(['DEFAULT', 'stable']);
  await expect(client.send(new sdk.DeleteAgentRuntimeCommand({ agentRuntimeId }))).rejects.toThrow(
    /has endpoints/,
  );
  expect(await client.send(new sdk.DeleteAgentRuntimeEndpointCommand(name))).toMatchObject({
    ...{ status: 'DELETING', endpointName: 'stable' },
  });
  expect(registry.runtime(agentRuntimeArn, 'stable')).toBeUndefined();
  await gone(() => get('stable'));
  await expect(client.send(new sdk.DeleteAgentRuntimeCommand({ agentRuntimeId }))).resolves.toBeDefined();
});

describe('an image that is not on this machine', () => {
  test('makes a runtime that failed, with the reason, and is not served', async () => {
    const wire = await openWire();
    const got = await made(wire, 'lost', { agentRuntimeArtifact: artifact('unknown') });
    expect(got).toMatchObject({
      status: 'CREATE_FAILED',
      failureReason: expect.stringMatching(/not on this machine/),
    });
    expect(runtimeRegistry(wire.control).runtime(got.agentRuntimeArn ?? '', 'DEFAULT')).toBeUndefined();
    const { agentRuntimeId } = got;
    const endpoint = new sdk.CreateAgentRuntimeEndpointCommand({ agentRuntimeId, name: 'e' });
    await expect(wire.client.send(endpoint)).rejects.toThrow(sdk.ConflictException);
    await wire.client.send(new sdk.UpdateAgentRuntimeCommand({ ...INPUT, agentRuntimeId }));
    expect(await settled(wire, agentRuntimeId)).toMatchObject({ status: 'READY' });
  });

  test('or is no image makes a runtime that failed too, in the words of who reads it', async () => {
    const checkImage = () => {
      throw new LoadError('property_invalid', 'The folder holds no Dockerfile.');
    };
    const got = await made(await openWire({ checkImage }), 'none');
    expect(got).toMatchObject({ status: 'CREATE_FAILED', failureReason: 'The folder holds no Dockerfile.' });
  });

  test('any longer is not served, and the runtime is still there', async () => {
    let here = true;
    const contextFolder = (hash: string): string => {
      if (here) return `/assets/${hash}`;
      throw new LoadError('asset_missing', 'No such asset.');
    };
    const wire = await openWire({ contextFolder });
    const { agentRuntimeId, agentRuntimeArn = '' } = await made(wire);
    const registry = runtimeRegistry(wire.control);
    expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).toBeDefined();
    here = false;
    expect(registry.runtime(agentRuntimeArn, 'DEFAULT')).toBeUndefined();
    expect(await settled(wire, agentRuntimeId)).toMatchObject({ status: 'READY' });
  });

  test('makes an update fail, and the version before goes on', async () => {
    const wire = await openWire();
    const { agentRuntimeId, agentRuntimeArn = '' } = await made(wire);
    await wire.client.send(
      new sdk.UpdateAgentRuntimeCommand({
        ...INPUT,
        agentRuntimeId,
        agentRuntimeArtifact: artifact('unknown'),
      }),
    );
    expect(await settled(wire, agentRuntimeId)).toMatchObject({
      ...FULL,
      ...{ status: 'UPDATE_FAILED', agentRuntimeVersion: '1', failureReason: expect.any(String) },
    });
    expect(runtimeRegistry(wire.control).runtime(agentRuntimeArn, 'DEFAULT')).toMatchObject({
      ...{ contextFolder: '/assets/abc', authorizerConfiguration: AUTHORIZER },
    });
  });
});

describe('what is refused', () => {
  let wire: Wire;
  beforeAll(async () => {
    wire = await openWire();
  });
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`V${at}`, 'x']));
  const archive = (change: object) => {
    const code = { code: { s3: { bucket: 'b', prefix: 'p' } }, runtime: 'NODE_22', entryPoint: ['a.js'] };
    return { agentRuntimeArtifact: { codeConfiguration: { ...code, ...change } } };
  };

  test.each<readonly [string, object, RegExp]>([
    ['a hyphen in the name', { agentRuntimeName: 'hr-agent' }, /agentRuntimeName/],
    ['a name of 49 characters', { agentRuntimeName: 'n'.repeat(49) }, /agentRuntimeName/],
    ['no artifact', { agentRuntimeArtifact: undefined }, /agentRuntimeArtifact: is required/],
    ['an archive of Python', archive({ runtime: 'PYTHON_3_14', entryPoint: ['a.py'] }), /of NODE_22/],
    ['a TypeScript entry point', archive({ entryPoint: ['a.ts'] }), /one \.js entry point/],
    ['an entry point out of the archive', archive({ entryPoint: ['../a.js'] }), /one \.js entry point/],
    ['an absolute entry point', archive({ entryPoint: ['/a.js'] }), /one \.js entry point/],
    ['an option as the entry point', archive({ entryPoint: ['--eval=a.js'] }), /one \.js entry point/],
    [
      'two entry points',
      archive({ entryPoint: ['opentelemetry-instrument', 'a.js'] }),
      /one \.js entry point/,
    ],
    ['A2A', { protocolConfiguration: { serverProtocol: 'A2A' } }, /A2A is not supported locally/],
    ['AG-UI', { protocolConfiguration: { serverProtocol: 'AGUI' } }, /AGUI is not supported locally/],
    ['51 variables', { environmentVariables: many(51) }, /more than 50/],
    ['a restricted header', { requestHeaderConfiguration: { requestHeaderAllowlist: ['Cookie'] } }, /cookie/],
    ['a life of a second', { lifecycleConfiguration: { maxLifetime: 1 } }, /maxLifetime/],
    ['a life of a day', { lifecycleConfiguration: { maxLifetime: 86_400 } }, /maxLifetime/],
    [
      'file systems',
      { filesystemConfigurations: [] },
      /^filesystemConfigurations: is not supported locally$/,
    ],
    [
      'an authorizer that lets in anybody',
      {
        authorizerConfiguration: {
          customJWTAuthorizer: { discoveryUrl: AUTHORIZER.customJWTAuthorizer.discoveryUrl },
        },
      },
      /at least one of/,
    ],
  ])('%s', async (_id, change, message) => {
    await expect(made(wire, 'hr_agent', change)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
    expect(wire.control.read().runtimes).toEqual({});
  });

  test('50 variables are not; a second of a name is; MMDSv2 cannot be switched off', async () => {
    const { agentRuntimeId } = await made(wire, 'hr_agent', { environmentVariables: many(50) });
    await expect(made(wire, 'hr_agent')).rejects.toThrow(sdk.ConflictException);
    const update = (requireMMDSV2: boolean) =>
      wire.client.send(
        new sdk.UpdateAgentRuntimeCommand({
          ...INPUT,
          ...{ agentRuntimeId, metadataConfiguration: { requireMMDSV2 } },
        }),
      );
    await expect(update(false)).rejects.toThrow(/requireMMDSV2: must be true/);
    await expect(update(true)).resolves.toBeDefined();
  });

  test('versions and endpoints that are not there, DEFAULT as a name, versions in use', async () => {
    const { client } = wire;
    const { agentRuntimeId } = await made(wire, 'versions');
    const endpoint = (name: string, agentRuntimeVersion?: string) =>
      client.send(new sdk.CreateAgentRuntimeEndpointCommand({ agentRuntimeId, name, agentRuntimeVersion }));
    await expect(endpoint('e', '9')).rejects.toThrow(sdk.ResourceNotFoundException);
    await expect(endpoint('e', '0')).rejects.toThrow(sdk.ValidationException);
    await expect(endpoint('DEFAULT')).rejects.toThrow(sdk.ConflictException);
    await expect(endpoint('a-b')).rejects.toThrow(sdk.ValidationException);
    const named = { agentRuntimeId, endpointName: 'DEFAULT' };
    await expect(client.send(new sdk.UpdateAgentRuntimeEndpointCommand(named))).rejects.toThrow(
      /follows the latest/,
    );
    await expect(client.send(new sdk.DeleteAgentRuntimeEndpointCommand(named))).rejects.toThrow(
      /follows the latest/,
    );
    const missing = { agentRuntimeId, endpointName: '__proto__' };
    await expect(client.send(new sdk.GetAgentRuntimeEndpointCommand(missing))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
    await endpoint('e');
    await expect(endpoint('e')).rejects.toThrow(sdk.ConflictException);
    await client.send(new sdk.UpdateAgentRuntimeCommand({ ...INPUT, agentRuntimeId }));
    await settled(wire, agentRuntimeId);
    const remove = (agentRuntimeVersion: string) =>
      client.send(new sdk.DeleteAgentRuntimeCommand({ agentRuntimeId, agentRuntimeVersion }));
    await expect(remove('2')).rejects.toThrow(/latest version/);
    await expect(remove('1')).rejects.toThrow(/an endpoint serves this version/);
    await expect(remove('7')).rejects.toThrow(sdk.ResourceNotFoundException);
    const move = { agentRuntimeId, endpointName: 'e', agentRuntimeVersion: '2' };
    await client.send(new sdk.UpdateAgentRuntimeEndpointCommand(move));
    await until(
      () => client.send(new sdk.GetAgentRuntimeEndpointCommand({ agentRuntimeId, endpointName: 'e' })),
      ({ status }) => status === 'READY',
    );
    await remove('1');
    await expect(
      client.send(new sdk.GetAgentRuntimeCommand({ agentRuntimeId, agentRuntimeVersion: '1' })),
    ).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  test('any change while another is under way', async () => {
    const timers = heldTimers();
    const { client } = await openWire({ timers });
    const { agentRuntimeId } = await client.send(
      new sdk.CreateAgentRuntimeCommand({ ...INPUT, agentRuntimeName: 'held' }),
    );
    const update = () => client.send(new sdk.UpdateAgentRuntimeCommand({ ...INPUT, agentRuntimeId }));
    const remove = () => client.send(new sdk.DeleteAgentRuntimeCommand({ agentRuntimeId }));
    await expect(update()).rejects.toThrow(sdk.ConflictException);
    await expect(remove()).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    await update();
    await expect(update()).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    await expect(remove()).resolves.toBeDefined();
  });
});
