/** The control plane as AWS's own client sees it: real requests, real signatures, typed errors. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Control } from '../../src/control/control.ts';
import { controlApi } from '../../src/control/control-api.ts';
import { folderWith } from '../processes/support.ts';
import {
  ENGINE_ARN,
  gateway,
  policy,
  runtime,
  STACK,
  startControl,
  target,
} from '../support/control-plane.ts';
import { type TestEndpoint, testEndpoint } from '../support/test-endpoint.ts';

let store: Control;
let endpoint: TestEndpoint;
let client: sdk.BedrockAgentCoreControlClient;
const ids = { gateway: '', target: '', engine: '', policy: '', runtime: '' };

const only = (records: Readonly<Record<string, unknown>>): string => Object.keys(records)[0] ?? '';

beforeAll(async () => {
  store = await startControl(folderWith(), STACK);
  endpoint = await testEndpoint([controlApi(store)]);
  client = new sdk.BedrockAgentCoreControlClient(endpoint.sdk);
  const { gateways, targets, policyEngines, policies, runtimes } = store.read();
  ids.gateway = only(gateways);
  ids.target = only(targets);
  ids.engine = only(policyEngines);
  ids.policy = only(policies);
  ids.runtime = only(runtimes);
});
afterAll(() => client.destroy());

const here = () => ({ gatewayIdentifier: ids.gateway });

describe('reading', () => {
  test('a gateway, with everything that an update has to send back', async () => {
    const got = await client.send(new sdk.GetGatewayCommand(here()));
    expect(got).toMatchObject({
      gatewayId: expect.stringMatching(/^hr-tools-[a-z0-9]{10}$/),
      gatewayArn: `arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/${ids.gateway}`,
      gatewayUrl: `http://127.0.0.1:4566/gateways/${ids.gateway}/mcp`,
      name: 'hr-tools',
      status: 'READY',
      protocolType: 'MCP',
      authorizerConfiguration: {
        customJWTAuthorizer: {
          discoveryUrl: 'http://127.0.0.1:4566/us-east-1_x/.well-known/openid-configuration',
        },
      },
      policyEngineConfiguration: { mode: 'ENFORCE' },
      createdAt: new Date(0),
    });
  });

  test('a runtime, with its authorizer, its header allowlist and the defaults of its life', async () => {
    const got = await client.send(new sdk.GetAgentRuntimeCommand({ agentRuntimeId: ids.runtime }));
    expect(got).toMatchObject({
      agentRuntimeName: 'hr_agent',
      agentRuntimeVersion: '1',
      requestHeaderConfiguration: { requestHeaderAllowlist: ['Authorization'] },
      lifecycleConfiguration: { idleRuntimeSessionTimeout: 900, maxLifetime: 28_800 },
      protocolConfiguration: { serverProtocol: 'HTTP' },
      environmentVariables: { GATEWAY_URL: `http://127.0.0.1:4566/gateways/${ids.gateway}/mcp` },
    });
  });

  test('a target, an engine and a policy', async () => {
    const { engine: policyEngineId, policy: policyId } = ids;
    const [got, one, rule] = await Promise.all([
      client.send(new sdk.GetGatewayTargetCommand({ ...here(), targetId: ids.target })),
      client.send(new sdk.GetPolicyEngineCommand({ policyEngineId })),
      client.send(new sdk.GetPolicyCommand({ policyEngineId, policyId })),
    ]);
    expect(got.targetConfiguration?.mcp?.lambda?.toolSchema?.inlinePayload?.[0]?.inputSchema).toMatchObject({
      properties: { Id: { type: 'string' } },
    });
    expect(one).toMatchObject({ name: 'hr_policies', status: 'ACTIVE' });
    expect(rule).toMatchObject({ name: 'own_rows', enforcementMode: 'ACTIVE', status: 'ACTIVE' });
    expect(rule.definition?.cedar?.statement).toContain(`gateway/${ids.gateway}"`);
  });

  test('a list does not show an authorizer: each has to be read', async () => {
    const { items } = await client.send(new sdk.ListGatewaysCommand({}));
    expect(items).toHaveLength(1);
    expect(items?.[0]).toMatchObject({ gatewayId: ids.gateway, authorizerType: 'CUSTOM_JWT' });
    expect(items?.[0]).not.toHaveProperty('authorizerConfiguration');
  });
});

describe('pages', () => {
  const names = ['One', 'Two', 'Three'];
  let many: sdk.BedrockAgentCoreControlClient;
  let gatewayIdentifier: string;
  let policyEngineId: string;
  beforeAll(async () => {
    const full = await startControl(folderWith(), {
      ...STACK,
      ...Object.fromEntries(names.map((name) => [`T${name}`, target(name)])),
      ...Object.fromEntries(names.map((name) => [`P${name}`, policy(name)])),
      ...Object.fromEntries(names.map((name) => [`R${name}`, runtime({ AgentRuntimeName: name })])),
      ...Object.fromEntries(names.map((name) => [`G${name}`, gateway({ Name: name })])),
      ...Object.fromEntries(
        names.map((name) => [`E${name}`, { ...STACK['Engine'], Type: ENGINE, Properties: { Name: name } }]),
      ),
    });
    many = new sdk.BedrockAgentCoreControlClient((await testEndpoint([controlApi(full)])).sdk);
    const { gateways, policyEngines } = full.read();
    gatewayIdentifier = Object.values(gateways).find(({ name }) => name === 'hr-tools')?.gatewayId ?? '';
    policyEngineId =
      Object.values(policyEngines).find(({ name }) => name === 'hr_policies')?.policyEngineId ?? '';
  });
  afterAll(() => many.destroy());
  const ENGINE = 'AWS::BedrockAgentCore::PolicyEngine';

  type Named = { name?: string | undefined; agentRuntimeName?: string | undefined };
  async function walk<T>(pages: AsyncIterable<T>, items: (page: T) => readonly Named[] | undefined) {
    const seen: (readonly string[])[] = [];
    for await (const page of pages)
      seen.push((items(page) ?? []).map((one) => one.name ?? one.agentRuntimeName ?? ''));
    return { sizes: seen.map((page) => page.length), names: seen.flat().toSorted() };
  }
  const config = () => ({ client: many, pageSize: 3 });

  test.each<readonly [string, () => ReturnType<typeof walk>, string]>([
    ['gateways', () => walk(sdk.paginateListGateways(config(), {}), (page) => page.items), 'hr-tools'],
    [
      'targets',
      () => walk(sdk.paginateListGatewayTargets(config(), { gatewayIdentifier }), (page) => page.items),
      'Hr',
    ],
    [
      'runtimes',
      () => walk(sdk.paginateListAgentRuntimes(config(), {}), (page) => page.agentRuntimes),
      'hr_agent',
    ],
    [
      'engines',
      () => walk(sdk.paginateListPolicyEngines(config(), {}), (page) => page.policyEngines),
      'hr_policies',
    ],
    [
      'policies',
      () => walk(sdk.paginateListPolicies(config(), { policyEngineId }), (page) => page.policies),
      'own_rows',
    ],
  ])('%s come whole, each once', async (_kind, list, first) => {
    expect(await list()).toEqual({ sizes: [3, 1], names: [first, ...names].toSorted() });
  });

  test.each([{ maxResults: 0 }, { maxResults: 1001 }, { nextToken: 'nonsense' }, { nextToken: 'OTk5' }])(
    'a page of %j is refused',
    async (asked) => {
      await expect(many.send(new sdk.ListGatewaysCommand(asked))).rejects.toThrow(sdk.ValidationException);
      expect((await many.send(new sdk.ListGatewaysCommand({ maxResults: 1000 }))).items).toHaveLength(4);
    },
  );
});

describe('typed errors', () => {
  const nowhere = 'nobody-0123456789';
  test.each<readonly [string, () => Promise<unknown>]>([
    ['gateway', () => client.send(new sdk.GetGatewayCommand({ gatewayIdentifier: nowhere }))],
    [
      'targets of a gateway',
      () => client.send(new sdk.ListGatewayTargetsCommand({ gatewayIdentifier: nowhere })),
    ],
    ['target', () => client.send(new sdk.GetGatewayTargetCommand({ ...here(), targetId: 'NOBODY0000' }))],
    [
      'target of another gateway',
      () =>
        client.send(new sdk.GetGatewayTargetCommand({ gatewayIdentifier: nowhere, targetId: ids.target })),
    ],
    ['runtime', () => client.send(new sdk.GetAgentRuntimeCommand({ agentRuntimeId: nowhere }))],
    ['engine', () => client.send(new sdk.GetPolicyEngineCommand({ policyEngineId: nowhere }))],
    ['policies of an engine', () => client.send(new sdk.ListPoliciesCommand({ policyEngineId: nowhere }))],
    [
      'policy of another engine',
      () => client.send(new sdk.GetPolicyCommand({ policyEngineId: nowhere, policyId: ids.policy })),
    ],
    [
      'gateway by a name of the prototype',
      () => client.send(new sdk.GetGatewayCommand({ gatewayIdentifier: '__proto__' })),
    ],
  ])('an unknown %s is a ResourceNotFoundException', async (_what, send) => {
    await expect(send()).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  test('an identifier that is not well encoded, a body that is not JSON', async () => {
    const handle = (path: string, body = '') =>
      controlApi(store).handle({
        ...{ method: body === '' ? 'GET' : 'PUT', path, search: '', headers: {}, rawHeaders: [] },
        ...{ body: Buffer.from(body), requestId: 'r', signal: new AbortController().signal },
        caller: { arn: 'arn', accessKeyId: 'key' },
      });
    expect(await handle('/gateways/%zz')).toMatchObject({ status: 400 });
    expect(await handle(`/gateways/${ids.gateway}`, '{')).toMatchObject({ status: 400 });
    expect(await handle(`/gateways/${ids.gateway}`)).toMatchObject({ status: 200 });
  });

  test('without a signature nothing is answered, even were the endpoint to let it through', async () => {
    const plain = await fetch(`${endpoint.url}/gateways/`);
    expect([plain.status, await plain.text()]).toEqual([403, expect.not.stringContaining('hr-tools')]);
    const direct = await controlApi(store).handle({
      ...{ method: 'GET', path: '/gateways/', search: '', headers: {}, rawHeaders: [] },
      ...{ body: Buffer.alloc(0), requestId: 'r', signal: new AbortController().signal },
    });
    expect(direct.status).toBe(403);
  });

  test('another key is refused', async () => {
    const stranger = new sdk.BedrockAgentCoreControlClient({
      ...endpoint.sdk,
      credentials: { ...endpoint.operator, secretAccessKey: 'x'.repeat(40) },
    });
    await expect(stranger.send(new sdk.ListGatewaysCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    stranger.destroy();
  });
});

describe('what is not supported', () => {
  test('is said by name, and nothing is changed', async () => {
    const before = store.read();
    const create = new sdk.CreateMemoryCommand({ name: 'mine', eventExpiryDuration: 30 });
    await expect(client.send(create)).rejects.toMatchObject({
      name: 'UnsupportedOperationException',
      message: 'CreateMemory is not supported locally',
      $metadata: { httpStatusCode: 501 },
    });
    expect(store.read()).toBe(before);
  });

  test('every operation that the client knows finds the control plane', () => {
    const { matches } = controlApi(store);
    const paths = Object.values(sdk).flatMap((value: unknown) => httpPathOf(value));
    expect(paths.length).toBeGreaterThan(150);
    const lost = paths.filter(
      (path) => !matches({ method: 'GET', path, search: '', headers: {}, rawHeaders: [] }),
    );
    expect(lost).toEqual([]);
  });
});

/** An operation of the SDK's schemas: `[9, namespace, name, { http: [method, path, status] }, …]`. */
function httpPathOf(value: unknown): string[] {
  if (!Array.isArray(value) || value[0] !== 9) return [];
  const path: unknown = value[3]?.http?.[1];
  return typeof path === 'string' ? [path.split('?')[0] ?? ''] : [];
}

describe('UpdateGateway', () => {
  const current = async () => client.send(new sdk.GetGatewayCommand(here()));
  const required = (got: sdk.GetGatewayCommandOutput) => ({
    ...here(),
    name: got.name,
    roleArn: got.roleArn,
    authorizerType: got.authorizerType,
    authorizerConfiguration: got.authorizerConfiguration,
  });

  test('replaces every field: what is left out is gone', async () => {
    const before = await current();
    const engine = before.policyEngineConfiguration;
    const all = {
      ...required(before),
      description: 'd',
      policyEngineConfiguration: engine,
      exceptionLevel: 'DEBUG' as const,
    };
    await client.send(new sdk.UpdateGatewayCommand(all));
    expect(await current()).toMatchObject({ description: 'd', exceptionLevel: 'DEBUG' });
    expect(await current()).not.toHaveProperty('protocolType');
    await client.send(new sdk.UpdateGatewayCommand(required(before)));
    const bare = await current();
    for (const gone of ['description', 'policyEngineConfiguration', 'exceptionLevel']) {
      expect(bare).not.toHaveProperty(gone);
    }
    expect(bare).toMatchObject({
      gatewayArn: before.gatewayArn,
      createdAt: before.createdAt,
      status: 'READY',
    });
  });

  test('changes a mode, and the data plane sees that its compiled gateway is stale', async () => {
    const got = await current();
    const arn = Object.values(store.read().policyEngines)[0]?.policyEngineArn ?? '';
    const revision = store.revision();
    const update = { ...required(got), policyEngineConfiguration: { arn, mode: 'LOG_ONLY' as const } };
    const answered = await client.send(new sdk.UpdateGatewayCommand(update));
    expect(answered).toMatchObject({ status: 'UPDATING', policyEngineConfiguration: { mode: 'LOG_ONLY' } });
    expect(store.revision()).toBeGreaterThan(revision);
  });

  type Change = Partial<sdk.UpdateGatewayCommandInput>;
  test.each<readonly [string, Change, string]>([
    ['another name', { name: 'other' }, 'ValidationException'],
    [
      'an unknown policy engine',
      { policyEngineConfiguration: { arn: 'arn:x', mode: 'ENFORCE' } },
      'ResourceNotFoundException',
    ],
    ['no authorizer for CUSTOM_JWT', { authorizerConfiguration: undefined }, 'ValidationException'],
    ['an authorizer for another type', { authorizerType: 'AWS_IAM' }, 'ValidationException'],
    [
      'a discovery URL that is none',
      {
        authorizerConfiguration: {
          customJWTAuthorizer: { discoveryUrl: 'http://x/', allowedClients: ['a'] },
        },
      },
      'ValidationException',
    ],
    [
      'an authorizer that lets in anybody',
      {
        authorizerConfiguration: {
          customJWTAuthorizer: { discoveryUrl: 'http://127.0.0.1/x/.well-known/openid-configuration' },
        },
      },
      'ValidationException',
    ],
    ['a role left out', { roleArn: undefined }, 'ValidationException'],
  ])('%s is refused and changes nothing', async (_id, change, name) => {
    const before = store.read();
    const update = { ...required(await current()), ...change };
    await expect(client.send(new sdk.UpdateGatewayCommand(update))).rejects.toMatchObject({ name });
    expect(store.read()).toBe(before);
    await client.send(new sdk.UpdateGatewayCommand(required(await current())));
  });

  test('the message names the field', async () => {
    const update = { ...required(await current()), policyEngineConfiguration: { arn: 'a', mode: 'OFF' } };
    const command = new sdk.UpdateGatewayCommand(update as sdk.UpdateGatewayCommandInput);
    await expect(client.send(command)).rejects.toThrow(/^policyEngineConfiguration\.mode: /);
  });

  test('NONE needs no authorizer', async () => {
    const { name, roleArn } = await current();
    const open = new sdk.UpdateGatewayCommand({ ...here(), name, roleArn, authorizerType: 'NONE' });
    expect(await client.send(open)).toMatchObject({ authorizerType: 'NONE' });
  });

  test('of a gateway that is not there, or of the prototype, is refused', async () => {
    const update = { name: 'x', roleArn: 'r', authorizerType: 'NONE' } as const;
    for (const gatewayIdentifier of ['nobody-0123456789', '__proto__', 'constructor']) {
      const command = new sdk.UpdateGatewayCommand({ ...update, gatewayIdentifier });
      await expect(client.send(command)).rejects.toThrow(sdk.ResourceNotFoundException);
    }
  });
});

test('the stack of these tests attaches its engine', () => {
  expect(STACK['Gateway']?.Properties?.['PolicyEngineConfiguration']).toMatchObject({ Arn: ENGINE_ARN });
});
