/** Drafts of policies over the wire: started, waited for, listed, and used to create policies that decide. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { createPolicyEngine } from '@secure-agent/policy';
import { beforeAll, describe, expect, test } from 'vitest';
import { draftPolicies } from '../../src/control/draft-policy.ts';
import { folderWith } from '../processes/support.ts';
import { heldTimers, STACK, startControl, target, tool } from '../support/control-plane.ts';
import { openWire, type Wire, wireOver } from './wire.ts';

const FAST = { minDelay: 0.01, maxDelay: 0.01, maxWaitTime: 5 };
const ARN = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/hr-0123456789';
const TOOLS = ['Hr___get', 'Hr___set', 'Mail___send', 'Post___send'];

describe('a sentence', () => {
  test.each<readonly [string, readonly string[]]>([
    ['Users with scope hr/read may use tool Hr___get', ['permit']],
    ['only users with scope "hr/read" may use tool Hr___get', ['permit', 'forbid']],
    ['Callers who have the scope hr/read can call the tool get', ['permit']],
    ['People having scope `hr/read` are allowed to use the Hr___set tool', ['permit']],
    ['Users with scope hr/developer may not use tool Hr___get', ['forbid']],
    ['Users with scope hr/developer must never call set', ['forbid']],
  ])('%s', (sentence, effects) => {
    const drafts = draftPolicies(sentence, ARN, TOOLS);
    const statements = drafts.map(({ definition }) =>
      definition !== undefined && 'cedar' in definition ? definition.cedar.statement : '',
    );
    expect(statements.map((statement) => statement.split(' ')[0])).toEqual(effects);
    expect(drafts.every(({ rawTextFragment }) => rawTextFragment === sentence)).toBe(true);
  });

  test.each<readonly [string, string]>([
    ['of another form', 'Managers may approve leave'],
    ['about a tool that is not there', 'Users with scope a may use tool Hr___drop'],
    ['about a name that two tools have', 'Users with scope a may use tool send'],
    ['with a wildcard as its scope', 'Users with scope hr/* may use tool Hr___get'],
    ['with a quote in its scope', 'Users with scope a"||true||" may use tool Hr___get'],
    ['with a backslash in its scope', 'Users with scope a\\ may use tool Hr___get'],
    ['that says only and not', 'Only users with scope a may not use tool Hr___get'],
  ])('%s is not translatable', (_id, sentence) => {
    expect(draftPolicies(sentence, ARN, TOOLS)).toMatchObject([
      { rawTextFragment: sentence, findings: [{ type: 'NOT_TRANSLATABLE' }] },
    ]);
    expect(draftPolicies(sentence, ARN, TOOLS)[0]).not.toHaveProperty('definition');
  });

  test('one after the other, each has its drafts; a point in a scope ends nothing', () => {
    const text = 'Users with scope hr.read may use tool get. Nonsense; users with scope b may use tool set\n';
    expect(draftPolicies(text, ARN, TOOLS).map(({ findings }) => findings[0]?.type)).toEqual([
      'VALID',
      'NOT_TRANSLATABLE',
      'VALID',
    ]);
  });
});

describe('what was drafted decides', () => {
  const decide = (sentence: string, scope: string): boolean => {
    const policies = draftPolicies(sentence, ARN, TOOLS).map(({ definition }, at) => ({
      ...{ id: `p${at}`, enforcementMode: 'ACTIVE' as const },
      statement: definition !== undefined && 'cedar' in definition ? definition.cedar.statement : '',
    }));
    using engine = createPolicyEngine({
      ...{ gatewayArn: ARN, policies },
      tools: [{ name: 'Hr___get', inputSchema: { type: 'object' } }],
    });
    const principal = { sub: 'u', claims: { sub: 'u', scope } };
    return engine.decide({ principal, tool: 'Hr___get', args: {}, now: 0 }).decision === 'ALLOW';
  };
  test.each<readonly [string, boolean]>([
    ['hr/read', true],
    ['hr/read x', true],
    ['x hr/read', true],
    ['x hr/read y', true],
    ['nothr/read', false],
    ['hr/readnot', false],
    ['x', false],
  ])('for the scope "%s": %s', (scope, allowed) => {
    expect(decide('Only users with scope hr/read may use tool get', scope)).toBe(allowed);
  });
});

describe('over the wire', () => {
  let wire: Wire;
  let policyEngineId: string;
  let arn: string;
  beforeAll(async () => {
    const stack = { ...STACK, Hr: target('Hr', [tool('get'), tool('set')]) };
    wire = await wireOver(await startControl(folderWith(), stack));
    policyEngineId = Object.keys(wire.control.read().policyEngines)[0] ?? '';
    arn = Object.values(wire.control.read().gateways)[0]?.gatewayArn ?? '';
  });
  const start = (name: string, rawText: string, resourceArn = arn) =>
    wire.client.send(
      new sdk.StartPolicyGenerationCommand({
        ...{ policyEngineId, name, resource: { arn: resourceArn }, content: { rawText } },
      }),
    );

  test('start, wait, get, list, list assets, create the policy of an asset', async () => {
    const { client } = wire;
    const text = 'Users with scope hr/read may use tool set. Be good';
    const started = await start('readers', text);
    expect(started).toMatchObject({ status: 'GENERATING', resource: { arn } });
    const { policyGenerationId = '' } = started;
    const here = { policyEngineId, policyGenerationId };
    await sdk.waitUntilPolicyGenerationCompleted({ client, ...FAST }, here);
    const got = await client.send(new sdk.GetPolicyGenerationCommand(here));
    expect(got).toMatchObject({ status: 'GENERATED', findings: '1 of 2 assets hold a policy' });
    expect(await client.send(new sdk.GetPolicyGenerationSummaryCommand(here))).toMatchObject({
      name: 'readers',
    });
    const listed = await client.send(new sdk.ListPolicyGenerationsCommand({ policyEngineId }));
    expect(listed.policyGenerations).toMatchObject([{ policyGenerationId }]);
    const summaries = await client.send(new sdk.ListPolicyGenerationSummariesCommand({ policyEngineId }));
    expect(summaries.policyGenerations).toMatchObject([{ policyGenerationId }]);

    const assets: sdk.PolicyGenerationAsset[] = [];
    for await (const page of sdk.paginateListPolicyGenerationAssets({ client, pageSize: 1 }, here)) {
      assets.push(...(page.policyGenerationAssets ?? []));
    }
    expect(assets.map(({ findings }) => findings?.[0]?.type)).toEqual(['VALID', 'NOT_TRANSLATABLE']);
    const [good, bad] = assets;
    const create = (name: string, policyGenerationAssetId = '') =>
      client.send(
        new sdk.CreatePolicyCommand({
          ...{ policyEngineId, name },
          definition: { policyGeneration: { policyGenerationId, policyGenerationAssetId } },
        }),
      );
    const { policyId } = await create('drafted', good?.policyGenerationAssetId);
    await sdk.waitUntilPolicyActive({ client, ...FAST }, { policyEngineId, policyId });
    expect(await client.send(new sdk.GetPolicyCommand({ policyEngineId, policyId }))).toMatchObject({
      definition: { cedar: { statement: expect.stringContaining('"* hr/read *"') } },
    });
    await expect(create('other', bad?.policyGenerationAssetId)).rejects.toThrow(/not translatable/);
    await expect(create('other', 'asset-x')).rejects.toThrow(sdk.ResourceNotFoundException);
  });

  test('a gateway that is not there, no sentence, a name that is taken', async () => {
    await expect(start('a', 'Be good', `${arn}x`)).rejects.toThrow(/names no gateway/);
    await expect(start('a', ' \n')).rejects.toThrow(/no sentence/);
    await expect(start('a-b', 'Be good')).rejects.toThrow(sdk.ValidationException);
    await start('taken', 'Be good');
    await expect(start('taken', 'Be good')).rejects.toThrow(sdk.ConflictException);
  });

  test('until it is done there is no asset, and no policy of one', async () => {
    const timers = heldTimers();
    const control = await startControl(folderWith(), STACK, { timers });
    const held = await wireOver(control);
    const engineId = Object.keys(control.read().policyEngines)[0] ?? '';
    const gatewayArn = Object.values(control.read().gateways)[0]?.gatewayArn ?? '';
    const { policyGenerationId } = await held.client.send(
      new sdk.StartPolicyGenerationCommand({
        ...{ policyEngineId: engineId, name: 'g', resource: { arn: gatewayArn } },
        content: { rawText: 'Users with scope a may use tool get' },
      }),
    );
    const here = { policyEngineId: engineId, policyGenerationId };
    const assets = () => held.client.send(new sdk.ListPolicyGenerationAssetsCommand(here));
    expect((await assets()).policyGenerationAssets).toEqual([]);
    const asset = Object.values(control.read().generations)[0]?.assets[0]?.policyGenerationAssetId;
    const create = new sdk.CreatePolicyCommand({
      ...{ policyEngineId: engineId, name: 'p' },
      definition: { policyGeneration: { policyGenerationId, policyGenerationAssetId: asset } },
    });
    await expect(held.client.send(create)).rejects.toThrow(sdk.ConflictException);
    timers.runOut();
    expect((await assets()).policyGenerationAssets).toHaveLength(1);
  });

  test('of an engine that is not there is not found', async () => {
    const { client } = await openWire();
    const here = { policyEngineId: 'no-0123456789', policyGenerationId: 'x' };
    await expect(client.send(new sdk.GetPolicyGenerationCommand(here))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
  });
});
