/** What a template makes of the control plane, from one start to the next, and what it may not make. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import type { Control } from '../../src/control/control.ts';
import { gatewayInput } from '../../src/control/records/gateway.ts';
import { gatewayRegistry, runtimeRegistry } from '../../src/control/registries.ts';
import { updateGateway } from '../../src/control/resources/gateways.ts';
import { imageAssetHash } from '../../src/control/resources/runtimes.ts';
import { folderWith } from '../processes/support.ts';
import {
  ENGINE_ARN,
  engine,
  gateway,
  policy,
  runtime,
  STACK,
  startControl,
  target,
  tool,
} from '../support/control-plane.ts';
import type { TestResource } from '../support/stack.ts';

const gatewayOf = (store: Control) => {
  const [record] = Object.values(store.read().gateways);
  if (record === undefined) throw new Error('there is no gateway');
  return record;
};

/** What `promote` and `rollback` do: every field, another mode. */
function setMode(store: Control, mode: 'ENFORCE' | 'LOG_ONLY'): void {
  const {
    gatewayArn: _arn,
    gatewayId,
    gatewayUrl: _url,
    createdAt: _c,
    updatedAt: _u,
    status: _s,
    workloadIdentityDetails: _w,
    ...rest
  } = gatewayOf(store);
  const arn = rest.policyEngineConfiguration?.arn ?? '';
  const input = gatewayInput.parse({ ...rest, policyEngineConfiguration: { arn, mode } });
  updateGateway(store, gatewayId, input);
  store.settle('gateways', gatewayId);
}

const modeOf = (store: Control) => gatewayOf(store).policyEngineConfiguration?.mode;

describe('what an API call changed', () => {
  test('is still there after a restart with the same template, under the same ids', async () => {
    const folder = folderWith();
    const first = await startControl(folder, STACK);
    setMode(first, 'LOG_ONLY');
    const second = await startControl(folder, STACK);
    expect(second.read()).toEqual(first.read());
    expect(modeOf(second)).toBe('LOG_ONLY');
  });

  test('is still there where the template changed another resource', async () => {
    const folder = folderWith();
    setMode(await startControl(folder, STACK), 'LOG_ONLY');
    const changed = { ...STACK, Hr: target('Hr', [tool('get'), tool('set')]) };
    expect(modeOf(await startControl(folder, changed))).toBe('LOG_ONLY');
  });

  test('is overwritten where the template changed that resource, as CloudFormation does', async () => {
    const folder = folderWith();
    const first = await startControl(folder, STACK);
    setMode(first, 'LOG_ONLY');
    const described = gateway({
      Description: 'new',
      PolicyEngineConfiguration: { Arn: ENGINE_ARN, Mode: 'ENFORCE' },
    });
    const second = await startControl(folder, { ...STACK, Gateway: described });
    expect(gatewayOf(second)).toMatchObject({
      gatewayId: gatewayOf(first).gatewayId,
      description: 'new',
      policyEngineConfiguration: { mode: 'ENFORCE' },
    });
  });

  test('is still there at another port, where every record names the new one', async () => {
    const folder = folderWith();
    setMode(await startControl(folder, STACK), 'LOG_ONLY');
    const moved = await startControl(folder, STACK, { endpoint: 'http://127.0.0.1:45660' });
    expect(modeOf(moved)).toBe('LOG_ONLY');
    const text = JSON.stringify(moved.read());
    expect(text).toContain('http://127.0.0.1:45660/us-east-1_x/.well-known');
    expect(text).toContain('http://127.0.0.1:45660/gateways/');
    expect(text).not.toContain('http://127.0.0.1:4566/');
  });
});

describe('changes of the template', () => {
  test('a change keeps id and time of creation, and makes a new version of a runtime', async () => {
    const folder = folderWith();
    const first = await startControl(folder, STACK, { now: () => 1000 });
    const changed = { ...STACK, Agent: runtime({ Description: 'new' }) };
    const second = await startControl(folder, changed, { now: () => 2000 });
    const [before] = Object.values(first.read().runtimes);
    const [after] = Object.values(second.read().runtimes);
    expect(after).toMatchObject({
      agentRuntimeId: before?.agentRuntimeId,
      agentRuntimeVersion: '2',
      createdAt: before?.createdAt,
      lastUpdatedAt: new Date(2000).toISOString(),
    });
  });

  test('a new name makes a new gateway, and what refers to it follows', async () => {
    const folder = folderWith();
    const first = await startControl(folder, STACK);
    const renamed = gateway({
      Name: 'other',
      PolicyEngineConfiguration: { Arn: ENGINE_ARN, Mode: 'ENFORCE' },
    });
    const second = await startControl(folder, { ...STACK, Gateway: renamed });
    const { gateways, targets, policies } = second.read();
    const { gatewayId, gatewayArn } = gatewayOf(second);
    expect(Object.keys(gateways)).toEqual([gatewayId]);
    expect(gatewayId).not.toBe(gatewayOf(first).gatewayId);
    expect(Object.values(targets)).toMatchObject([{ gatewayId, name: 'Hr' }]);
    expect(Object.values(policies)[0]?.definition).toMatchObject({
      cedar: { statement: expect.stringContaining(gatewayArn) },
    });
  });

  test('a target may be renamed in its place', async () => {
    const folder = folderWith();
    const [before] = Object.keys((await startControl(folder, STACK)).read().targets);
    const { Own: _own, ...rest } = STACK;
    const { targets } = (await startControl(folder, { ...rest, Hr: target('People') })).read();
    expect(Object.entries(targets)).toMatchObject([[before, { name: 'People' }]]);
  });

  test('what is taken out is gone, and nothing else', async () => {
    const folder = folderWith();
    await startControl(folder, { ...STACK, More: target('More'), Second: policy('second') });
    const { targets, policies, gateways } = (await startControl(folder, STACK)).read();
    expect(Object.values(targets).map(({ name }) => name)).toEqual(['Hr']);
    expect(Object.values(policies).map(({ name }) => name)).toEqual(['own_rows']);
    expect(Object.keys(gateways)).toHaveLength(1);
  });

  test('records that are lost are said to be, by name, and not silently made anew', async () => {
    const folder = folderWith();
    await startControl(folder, STACK);
    rmSync(join(folder, 'agentcore.json'));
    await expect(startControl(folder, STACK)).rejects.toMatchObject({
      code: 'state_invalid',
      message: expect.stringContaining('"Engine"'),
    });
  });
});

const statement = (text: string): string => text.padEnd(60);
const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/hr-tools-0123456789';
const GOOD = `permit(principal, action == AgentCore::Action::"Hr___get", resource == AgentCore::Gateway::"${ARN}");`;

type Refusal = readonly [id: string, name: string, resource: TestResource, message: RegExp];

describe('what is refused when it is made', () => {
  test.each<Refusal>([
    [
      'an array that does not say of what',
      'Hr',
      target('Hr', [tool('get', { Ids: { Type: 'array' } })]),
      /Hr___get.*items/,
    ],
    ['a target named like a group of actions', 'Hr', target('Mcp'), /"Mcp"/],
    ['a target named like another', 'Hr', target('CallTool'), /"CallTool"/],
    ['a tool twice in a target', 'Hr', target('Hr', [tool('get'), tool('get')]), /twice/],
    [
      'an argument that is an escape of Cedar',
      'Hr',
      target('Hr', [tool('get', { __extn: { Type: 'string' } })]),
      /escape/,
    ],
    ['GW-16 a target with an underscore', 'Hr', target('Hr_x'), /name/],
    ['a target without a tool', 'Hr', target('Hr', []), /inlinePayload/],
    ['a tool whose whole name is too long', 'Hr', target('Hr', [tool('g'.repeat(300))]), /too long/],
    ['an unknown type of an argument', 'Hr', target('Hr', [tool('get', { Id: { Type: 'uuid' } })]), /type/],
    [
      'a target of another kind',
      'Hr',
      {
        ...target('Hr'),
        Properties: { ...target('Hr').Properties, TargetConfiguration: { Mcp: { OpenApiSchema: {} } } },
      },
      /only Lambda targets/,
    ],
    [
      'a target of no gateway',
      'Hr',
      { ...target('Hr'), Properties: { ...target('Hr').Properties, GatewayIdentifier: 'nobody-0123456789' } },
      /Gateway not found/,
    ],
    [
      'a policy that does not parse',
      'Own',
      policy('own', statement('permit(principal, action, resource')),
      /parse_failed/,
    ],
    [
      'a policy about everything',
      'Own',
      policy('own', statement('permit(principal, action, resource);')),
      /wildcard_resource/,
    ],
    [
      'a policy with actions and any gateway',
      'Own',
      policy('own', GOOD.replace(/resource == .*"\)/, 'resource is AgentCore::Gateway)')),
      /resource_pairing/,
    ],
    ['two policies in one', 'Own', policy('own', `${GOOD}\n${GOOD}`), /parse_failed/],
    [
      'a policy that is too long',
      'Own',
      policy('own', `// ${'x'.repeat(10_000)}\n${GOOD}`),
      /statement_length/,
    ],
    ['a policy with a hyphen in its name', 'Own', policy('own-rows', GOOD), /name/],
    [
      'a policy of no engine',
      'Own',
      {
        ...policy('own', GOOD),
        Properties: { ...policy('own', GOOD).Properties, PolicyEngineId: 'nobody-0123456789' },
      },
      /Policy engine not found/,
    ],
    ['a gateway with a space in its name', 'Gateway', gateway({ Name: 'hr tools' }), /name/],
    [
      'a gateway whose engine is not there',
      'Gateway',
      gateway({ PolicyEngineConfiguration: { Arn: 'arn:x', Mode: 'ENFORCE' } }),
      /no policy engine/,
    ],
    [
      'a gateway without its authorizer',
      'Gateway',
      gateway({ AuthorizerConfiguration: {} }),
      /authorizerConfiguration/,
    ],
    ['a gateway with a setting that nobody knows', 'Gateway', gateway({ Unknown: true }), /unknown/],
    [
      'a runtime with an authorizer that lets in anybody',
      'Agent',
      runtime({
        AuthorizerConfiguration: {
          CustomJWTAuthorizer: { DiscoveryUrl: 'http://x/.well-known/openid-configuration' },
        },
      }),
      /at least one of/,
    ],
    [
      'a runtime that forwards a restricted header',
      'Agent',
      runtime({ RequestHeaderConfiguration: { RequestHeaderAllowlist: ['Cookie'] } }),
      /cookie/,
    ],
    [
      'a runtime that forwards too many headers',
      'Agent',
      runtime({
        RequestHeaderConfiguration: {
          RequestHeaderAllowlist: Array.from({ length: 21 }, (_, at) => `X-${at}`),
        },
      }),
      /requestHeaderAllowlist/,
    ],
    [
      'a runtime that lives too long',
      'Agent',
      runtime({ LifecycleConfiguration: { MaxLifetime: 28_801 } }),
      /maxLifetime/,
    ],
    [
      'an engine with a hyphen in its name',
      'Engine',
      { ...engine, Properties: { Name: 'hr-policies' } },
      /name/,
    ],
  ])('%s', async (_id, name, resource, message) => {
    const starting = startControl(folderWith(), { ...STACK, [name]: resource });
    await expect(starting).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringMatching(new RegExp(`^"${name}" cannot be made: `)),
    });
    await expect(starting).rejects.toThrow(message);
  });

  test('and the same things made good are not', async () => {
    const stack: Record<string, TestResource> = {
      ...STACK,
      Hr: target('Hr', [tool('get', { Ids: { Type: 'array', Items: { Type: 'string' } } }), tool('set')]),
      Mcp2: target('Mcp2'),
      Own: policy('own_rows'),
      All: policy('all', statement('permit(principal, action, resource is AgentCore::Gateway);')),
      Agent: runtime({
        RequestHeaderConfiguration: { RequestHeaderAllowlist: ['Authorization', 'X-Tenant'] },
        LifecycleConfiguration: { MaxLifetime: 28_800 },
      }),
    };
    const { targets, policies } = (await startControl(folderWith(), stack)).read();
    expect([Object.keys(targets).length, Object.keys(policies).length]).toEqual([2, 2]);
  });

  test.each<readonly [string, TestResource]>([
    ['target of a gateway', target('Hr')],
    ['policy of an engine', policy('own_rows')],
  ])('a second %s of the same name', async (_what, twin) => {
    await expect(startControl(folderWith(), { ...STACK, Twin: twin })).rejects.toThrow(/^"Twin".*already/);
  });

  test('while the same resource may be changed under its own name', async () => {
    const folder = folderWith();
    await startControl(folder, STACK);
    const own = policy('own_rows');
    const described = { ...own, Properties: { ...own.Properties, Description: 'new' } };
    const changed = { ...STACK, Hr: target('Hr', [tool('get'), tool('set')]), Own: described };
    await expect(startControl(folder, changed)).resolves.toBeDefined();
  });
});

describe('what the data planes read', () => {
  test('the policies of an engine, and that there is none', async () => {
    const store = await startControl(folderWith(), STACK);
    const registry = gatewayRegistry(store);
    const arn = gatewayOf(store).policyEngineConfiguration?.arn ?? '';
    expect(registry.policies(arn)).toMatchObject([{ name: 'own_rows', enforcementMode: 'ACTIVE' }]);
    expect(registry.policies(`${arn}x`)).toBeUndefined();
  });

  test('a gateway with its targets; none for an unknown id or one of the prototype', async () => {
    const store = await startControl(folderWith(), STACK);
    const registry = gatewayRegistry(store);
    const { gatewayId } = gatewayOf(store);
    expect(registry.gateway(gatewayId)).toMatchObject({ name: 'hr-tools', authorizerType: 'CUSTOM_JWT' });
    expect(registry.gateway(gatewayId)).not.toHaveProperty('createdAt');
    expect(registry.targets(gatewayId)).toMatchObject([{ name: 'Hr' }]);
    expect(registry.targets('nobody')).toEqual([]);
    expect(registry.gateway('nobody')).toBeUndefined();
    expect(registry.gateway('__proto__')).toBeUndefined();
  });

  test('a runtime with the folder that its image tag names, and headers only where it allows some', async () => {
    const { RequestHeaderConfiguration: _headers, ...bare } = runtime().Properties ?? {};
    const store = await startControl(folderWith(), {
      ...STACK,
      Bare: { ...runtime(), Properties: { ...bare, AgentRuntimeName: 'bare' } },
    });
    const registry = runtimeRegistry(store);
    const read = Object.values(store.read().runtimes).map(({ agentRuntimeArn }) =>
      registry.runtime(agentRuntimeArn, 'DEFAULT'),
    );
    expect(read).toMatchObject([
      { contextFolder: '/assets/abc', requestHeaderAllowlist: ['Authorization'] },
      { contextFolder: '/assets/abc', requestHeaderAllowlist: [] },
    ]);
    expect(registry.runtime('arn:nobody', 'DEFAULT')).toBeUndefined();
  });

  test.each<readonly [Json, string | undefined]>([
    [{ containerConfiguration: { containerUri: 'host:5000/repository:hash' } }, 'hash'],
    [{ codeConfiguration: {} }, undefined],
  ])('%j is of the asset %s', (agentRuntimeArtifact, hash) => {
    expect(imageAssetHash({ agentRuntimeArtifact })).toBe(hash);
  });
});
