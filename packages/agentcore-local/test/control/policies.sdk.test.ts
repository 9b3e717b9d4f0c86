/** Policy engines and policies over the wire: SDK waiters, checks that fail later with reasons, PATCH, summaries. */
import * as sdk from '@aws-sdk/client-bedrock-agentcore-control';
import { beforeAll, describe, expect, test } from 'vitest';
import { gatewayRegistry } from '../../src/control/registries.ts';
import { openWire, ROLE, until, type Wire } from './wire.ts';

const FAST = { minDelay: 0.01, maxDelay: 0.01, maxWaitTime: 5 };

type Place = { readonly wire: Wire; readonly engineId: string; readonly arn: string };

/** An engine, a gateway with tools `Hr___get` and `Hr___set`, and the engine attached. */
async function place(): Promise<Place> {
  const wire = await openWire();
  const { client, control } = wire;
  const engine = await client.send(new sdk.CreatePolicyEngineCommand({ name: 'hr_policies' }));
  control.settle('policyEngines', engine.policyEngineId ?? '');
  const gateway = await client.send(
    new sdk.CreateGatewayCommand({
      ...{ name: 'hr', roleArn: ROLE, authorizerType: 'AWS_IAM' },
      policyEngineConfiguration: { arn: engine.policyEngineArn, mode: 'ENFORCE' },
    }),
  );
  control.settle('gateways', gateway.gatewayId ?? '');
  const inlinePayload = ['get', 'set'].map((name) => ({
    ...{ name, description: name },
    inputSchema: { type: 'object' as const, properties: { days: { type: 'integer' as const } } },
  }));
  const { targetId = '' } = await client.send(
    new sdk.CreateGatewayTargetCommand({
      ...{ gatewayIdentifier: gateway.gatewayId, name: 'Hr' },
      targetConfiguration: { mcp: { lambda: { lambdaArn: 'arn:f', toolSchema: { inlinePayload } } } },
    }),
  );
  control.settle('targets', targetId);
  return { wire, engineId: engine.policyEngineId ?? '', arn: gateway.gatewayArn ?? '' };
}

const permit = (arn: string, tool = 'Hr___get', condition = 'when { principal.id != "x" }') =>
  `permit(principal, action == AgentCore::Action::"${tool}", resource == AgentCore::Gateway::"${arn}") ${condition};`;

const create = ({ wire, engineId }: Place, name: string, statement: string, change: object = {}) =>
  wire.client.send(
    new sdk.CreatePolicyCommand({
      policyEngineId: engineId,
      name,
      definition: { cedar: { statement } },
      ...change,
    }),
  );

const settled = ({ wire, engineId }: Place, policyId: string | undefined) =>
  until(
    () => wire.client.send(new sdk.GetPolicyCommand({ policyEngineId: engineId, policyId })),
    ({ status = '' }) => !['CREATING', 'UPDATING'].includes(status),
  );

const inForce = ({ wire, engineId }: Place) => {
  const engine = wire.control.read().policyEngines[engineId];
  return gatewayRegistry(wire.control).policies(engine?.policyEngineArn ?? '');
};

test('an engine: create, wait, get, update, list, delete, wait', async () => {
  const { client } = await openWire();
  const { policyEngineId } = await client.send(
    new sdk.CreatePolicyEngineCommand({ name: 'mine', description: 'first' }),
  );
  const waiting = { client, ...FAST };
  await sdk.waitUntilPolicyEngineActive(waiting, { policyEngineId });
  const here = { policyEngineId };
  const change = new sdk.UpdatePolicyEngineCommand({ ...here, description: { optionalValue: 'second' } });
  expect(await client.send(change)).toMatchObject({ status: 'UPDATING' });
  await sdk.waitUntilPolicyEngineActive(waiting, here);
  await client.send(new sdk.UpdatePolicyEngineCommand(here));
  await sdk.waitUntilPolicyEngineActive(waiting, here);
  expect(await client.send(new sdk.GetPolicyEngineCommand(here))).toMatchObject({ description: 'second' });
  await client.send(
    new sdk.UpdatePolicyEngineCommand({ ...here, description: { optionalValue: undefined } }),
  );
  await sdk.waitUntilPolicyEngineActive(waiting, here);
  expect(await client.send(new sdk.GetPolicyEngineCommand(here))).not.toHaveProperty('description');
  expect((await client.send(new sdk.ListPolicyEnginesCommand({}))).policyEngines).toMatchObject([
    { name: 'mine' },
  ]);
  const { policyEngines } = await client.send(new sdk.ListPolicyEngineSummariesCommand({}));
  expect(policyEngines).toMatchObject([{ name: 'mine', status: 'ACTIVE' }]);
  expect(await client.send(new sdk.GetPolicyEngineSummaryCommand(here))).toMatchObject({ name: 'mine' });
  await expect(client.send(new sdk.CreatePolicyEngineCommand({ name: 'mine' }))).rejects.toThrow(
    sdk.ConflictException,
  );
  expect(await client.send(new sdk.DeletePolicyEngineCommand(here))).toMatchObject({ status: 'DELETING' });
  await sdk.waitUntilPolicyEngineDeleted(waiting, here);
});

test('a policy: create, wait, get, update, list, delete, wait', async () => {
  const at = await place();
  const { wire, engineId: policyEngineId, arn } = at;
  const { client } = wire;
  const created = await create(at, 'own', permit(arn), { description: 'mine' });
  expect(created).toMatchObject({ status: 'CREATING', enforcementMode: 'ACTIVE' });
  const here = { policyEngineId, policyId: created.policyId };
  const waiting = { client, ...FAST };
  await sdk.waitUntilPolicyActive(waiting, here);
  expect(inForce(at)).toMatchObject([{ name: 'own', statement: permit(arn), enforcementMode: 'ACTIVE' }]);

  await client.send(new sdk.UpdatePolicyCommand({ ...here, enforcementMode: 'LOG_ONLY' }));
  await sdk.waitUntilPolicyActive(waiting, here);
  expect(await client.send(new sdk.GetPolicyCommand(here))).toMatchObject({
    ...{ description: 'mine', enforcementMode: 'LOG_ONLY' },
    definition: { cedar: { statement: permit(arn) } },
  });
  const changed = permit(arn, 'Hr___set');
  const definition = { policy: { statement: changed } };
  await client.send(
    new sdk.UpdatePolicyCommand({ ...here, definition, description: { optionalValue: undefined } }),
  );
  await sdk.waitUntilPolicyActive(waiting, here);
  const got = await client.send(new sdk.GetPolicyCommand(here));
  expect(got).toMatchObject({ definition, enforcementMode: 'LOG_ONLY' });
  expect(got).not.toHaveProperty('description');
  expect(inForce(at)).toMatchObject([{ statement: changed, enforcementMode: 'LOG_ONLY' }]);

  const { policies } = await client.send(new sdk.ListPoliciesCommand({ policyEngineId }));
  expect(policies).toMatchObject([{ name: 'own', definition }]);
  const summaries = await client.send(new sdk.ListPolicySummariesCommand({ policyEngineId }));
  expect(summaries.policies).toMatchObject([{ name: 'own', enforcementMode: 'LOG_ONLY' }]);
  expect(summaries.policies?.[0]).not.toHaveProperty('definition');
  expect(await client.send(new sdk.GetPolicySummaryCommand(here))).not.toHaveProperty('definition');

  const other = { policyEngineId, targetResourceScope: `${arn}x` };
  expect((await client.send(new sdk.ListPoliciesCommand(other))).policies).toEqual([]);
  const this_ = { policyEngineId, targetResourceScope: arn };
  expect((await client.send(new sdk.ListPoliciesCommand(this_))).policies).toHaveLength(1);

  expect(await client.send(new sdk.DeletePolicyCommand(here))).toMatchObject({ status: 'DELETING' });
  await sdk.waitUntilPolicyDeleted(waiting, here);
  expect(inForce(at)).toEqual([]);
});

describe('a policy that fails its checks is there with its reasons and decides nothing', () => {
  let at: Place;
  beforeAll(async () => {
    at = await place();
  });
  type Row = readonly [string, (arn: string) => string, RegExp];
  test.each<Row>([
    [
      'a tool that is not there',
      (arn) => permit(arn, 'Hr___drop'),
      /^Validation failed: .*unrecognized action/,
    ],
    [
      'a type that does not fit',
      (arn) => permit(arn, 'Hr___get', 'when { context.input has days && context.input.days == "x" }'),
      /^Validation failed: /,
    ],
    [
      'an optional argument unguarded',
      (arn) => permit(arn, 'Hr___get', 'when { context.input.days > 1 }'),
      /optional/,
    ],
    ['a tag unguarded', (arn) => permit(arn, 'Hr___get', 'when { principal.getTag("a") == "b" }'), /tag/i],
    [
      'CP-12 any resource',
      () => 'permit(principal, action, resource) when { 1 == 1 && 2 == 2 };',
      /wildcard resource/,
    ],
    [
      'actions with any gateway',
      () => 'permit(principal, action == AgentCore::Action::"Hr___get", resource is AgentCore::Gateway);',
      /resource_pairing/,
    ],
    [
      'a gateway that is not there',
      (arn) => permit(`${arn}x`),
      /^Insufficient permissions to call gateway with ID hr-[a-z0-9]{10}x$/,
    ],
    ['a permit for everyone', (arn) => permit(arn, 'Hr___get', ''), /^Overly Permissive: .*OAuthUser/],
    [
      'a forbid for everyone',
      (arn) => permit(arn, 'Hr___get', '').replace('permit', 'forbid'),
      /^Overly Restrictive: /,
    ],
    ['what can never be', (arn) => permit(arn, 'Hr___get', 'when { false }'), /policy is impossible/],
  ])('%s', async (_id, statement, reason) => {
    const { policyId } = await create(
      at,
      `p${Object.keys(at.wire.control.read().policies).length}`,
      statement(at.arn),
    );
    const got = await settled(at, policyId);
    expect(got).toMatchObject({ status: 'CREATE_FAILED' });
    expect(got.statusReasons?.join('\n')).toMatch(reason);
    expect(inForce(at)).toEqual([]);
  });

  test('CP-12 the baseline that permits all is reported once for each type of principal', async () => {
    const all = 'permit(principal, action, resource is AgentCore::Gateway);';
    const { statusReasons } = await settled(at, (await create(at, 'baseline', all)).policyId);
    expect(statusReasons).toEqual([
      expect.stringContaining('(AgentCore::OAuthUser)'),
      expect.stringContaining('(AgentCore::IamEntity)'),
    ]);
  });

  test('its findings may be ignored, its schema check may not', async () => {
    const mode = { validationMode: 'IGNORE_ALL_FINDINGS' };
    const loose = await create(at, 'loose', permit(at.arn, 'Hr___get', ''), mode);
    expect(await settled(at, loose.policyId)).toMatchObject({ status: 'ACTIVE', statusReasons: [] });
    const wrong = await create(at, 'wrong', permit(at.arn, 'Hr___drop'), mode);
    expect(await settled(at, wrong.policyId)).toMatchObject({ status: 'CREATE_FAILED' });
    expect(inForce(at)?.map(({ name }) => name)).toEqual(['loose']);
  });

  test('a permit for one principal is no finding', async () => {
    const one = permit(at.arn, 'Hr___set', '').replace(
      'principal,',
      'principal == AgentCore::OAuthUser::"u",',
    );
    expect(await settled(at, (await create(at, 'one', one)).policyId)).toMatchObject({ status: 'ACTIVE' });
  });

  test('and it becomes active by a good change, not by one that leaves the statement', async () => {
    const { policyId } = await create(at, 'mended', permit(at.arn, 'Hr___drop'));
    await settled(at, policyId);
    const change = (input: object) =>
      at.wire.client.send(new sdk.UpdatePolicyCommand({ policyEngineId: at.engineId, policyId, ...input }));
    await change({ enforcementMode: 'LOG_ONLY' });
    expect(await settled(at, policyId)).toMatchObject({ status: 'CREATE_FAILED' });
    await change({ definition: { cedar: { statement: permit(at.arn) } } });
    expect(await settled(at, policyId)).toMatchObject({ status: 'ACTIVE' });
  });
});

test('a change that fails leaves the policy as it was, in force', async () => {
  const at = await place();
  const { policyId } = await create(at, 'own', permit(at.arn));
  await settled(at, policyId);
  const definition = { cedar: { statement: permit(at.arn, 'Hr___drop') } };
  const here = { policyEngineId: at.engineId, policyId };
  await at.wire.client.send(new sdk.UpdatePolicyCommand({ ...here, definition }));
  expect(inForce(at)).toMatchObject([{ statement: permit(at.arn) }]);
  const got = await settled(at, policyId);
  expect(got).toMatchObject({
    status: 'UPDATE_FAILED',
    definition: { cedar: { statement: permit(at.arn) } },
  });
  expect(got.statusReasons?.[0]).toMatch(/unrecognized action/);
  expect(inForce(at)).toMatchObject([{ statement: permit(at.arn) }]);
});

test('a policy is of its engine: another does not show, change or delete it', async () => {
  const at = await place();
  const { client, control } = at.wire;
  const { policyId } = await create(at, 'own', permit(at.arn));
  await settled(at, policyId);
  const other = await client.send(new sdk.CreatePolicyEngineCommand({ name: 'other' }));
  control.settle('policyEngines', other.policyEngineId ?? '');
  const there = { policyEngineId: other.policyEngineId, policyId };
  for (const send of [
    () => client.send(new sdk.GetPolicyCommand(there)),
    () => client.send(new sdk.UpdatePolicyCommand({ ...there, enforcementMode: 'LOG_ONLY' })),
    () => client.send(new sdk.DeletePolicyCommand(there)),
  ]) {
    await expect(send()).rejects.toThrow(sdk.ResourceNotFoundException);
  }
  expect((await client.send(new sdk.ListPoliciesCommand(there))).policies).toEqual([]);
  expect(inForce(at)).toMatchObject([{ name: 'own', enforcementMode: 'ACTIVE' }]);
});

describe('what is refused at once', () => {
  let at: Place;
  beforeAll(async () => {
    at = await place();
  });
  test.each<readonly [string, (arn: string) => string, RegExp]>([
    ['no Cedar', () => 'permit(principal, action, resource when nothing', /parse_failed/],
    ['two statements', (arn) => `${permit(arn)} ${permit(arn)}`, /parse_failed/],
    ['one too short', () => 'permit(principal,action,resource);', /statement_length/],
    ['one too long', (arn) => `// ${'x'.repeat(10_000)}\n${permit(arn)}`, /statement_length/],
    [
      'a temporal condition, which is Dogwood',
      (arn) => permit(arn, 'Hr___get', 'when temporal { formerly within 1h true }'),
      /parse_failed/,
    ],
  ])('%s', async (_id, statement, message) => {
    await expect(create(at, 'p', statement(at.arn))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    });
    expect(at.wire.control.read().policies).toEqual({});
  });

  test('a name with a hyphen, a second of a name, an engine that is not there', async () => {
    await expect(create(at, 'own-rows', permit(at.arn))).rejects.toThrow(sdk.ValidationException);
    await create(at, 'own', permit(at.arn));
    await expect(create(at, 'own', permit(at.arn))).rejects.toThrow(sdk.ConflictException);
    await expect(create({ ...at, engineId: 'no-0123456789' }, 'own', permit(at.arn))).rejects.toThrow(
      sdk.ResourceNotFoundException,
    );
  });

  test('to delete an engine that is attached, or has policies', async () => {
    const { client, control } = at.wire;
    const here = { policyEngineId: at.engineId };
    await expect(client.send(new sdk.DeletePolicyEngineCommand(here))).rejects.toThrow(/gateway is attached/);
    const gateway = Object.values(control.read().gateways)[0];
    await client.send(
      new sdk.UpdateGatewayCommand({
        ...{ gatewayIdentifier: gateway?.gatewayId, name: 'hr', roleArn: ROLE, authorizerType: 'AWS_IAM' },
      }),
    );
    await expect(client.send(new sdk.DeletePolicyEngineCommand(here))).rejects.toThrow(/has policies/);
    control.change((state) => ({ ...state, policies: {} }));
    await expect(client.send(new sdk.DeletePolicyEngineCommand(here))).resolves.toBeDefined();
  });
});
