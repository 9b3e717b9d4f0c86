/** attach: one engine, forbids first, and the same end from wherever a run before this one stopped. */
import { describe, expect, test } from 'vitest';
import { attachPolicies } from '../../src/index.ts';
import { type FakeControl, fakeControl, GATEWAY_ARN, GATEWAY_ID, PLACE } from '../support/fake-control.ts';
import { MAY, NEVER } from '../support/policy-sources.ts';

const WRITES = /^(Create|Update|Delete)/;
const writes = ({ sent }: FakeControl): readonly string[] => sent.filter((one) => WRITES.test(one));

const attach = (fake: FakeControl, change: Partial<Parameters<typeof attachPolicies>[1]> = {}) =>
  attachPolicies(fake.client, {
    ...{ gatewayId: GATEWAY_ID, engineName: 'agent_dev', clock: fake.clock },
    ...{ files: [MAY, NEVER], prune: false },
    ...change,
  });

describe('the engine', () => {
  test('that the gateway has is adopted, and none is made', async () => {
    const fake = fakeControl('LOG_ONLY');
    expect(await attach(fake)).toMatchObject({ origin: 'attached', engineId: 'agent_dev-abcdefghij' });
    expect(fake.state.engines).toHaveLength(1);
  });

  test('that the outputs name is attached in LOG_ONLY, every other field of the gateway kept', async () => {
    const fake = fakeControl(undefined);
    const {
      policyEngineConfiguration: _none,
      updatedAt: _then,
      ...before
    } = structuredClone(fake.state.gateway);
    const attached = await attach(fake, { engineId: 'agent_dev-abcdefghij' });
    expect(attached).toMatchObject({ origin: 'outputs', mode: 'LOG_ONLY' });
    expect(fake.state.gateway).toMatchObject({
      ...before,
      policyEngineConfiguration: { arn: `${PLACE}policy-engine/agent_dev-abcdefghij`, mode: 'LOG_ONLY' },
    });
  });

  test('is found by its name, and made only where there is none', async () => {
    expect(await attach(fakeControl(undefined))).toMatchObject({ origin: 'name' });
    const empty = fakeControl(undefined, []);
    expect(await attach(empty)).toMatchObject({ origin: 'created' });
    expect(empty.state.engines).toHaveLength(1);
  });

  test.each([
    [
      'another account',
      'arn:aws:bedrock-agentcore:us-east-1:444455556666:policy-engine/agent_dev-abcdefghij',
    ],
    ['another region', 'arn:aws:bedrock-agentcore:eu-west-1:111122223333:policy-engine/agent_dev-abcdefghij'],
    ['another id', `${PLACE}policy-engine/agent_dev-zzzzzzzzzz`],
  ])('CO-12 of that name and of %s is not adopted', async (_what, policyEngineArn) => {
    const fake = fakeControl(undefined);
    fake.state.engines = fake.state.engines.map((one) => ({ ...one, policyEngineArn }));
    await expect(attach(fake)).rejects.toMatchObject({ code: 'engine_foreign' });
    expect(writes(fake)).toEqual([]);
  });

  const planted = (fake: FakeControl): FakeControl => {
    fake.state.policies.push({
      ...{ policyId: 'everybody-abcdefghij', name: 'everybody', status: 'ACTIVE', statusReasons: [] },
      ...{ enforcementMode: 'ACTIVE', updatedAt: new Date(fake.clock.now()) },
      definition: { cedar: { statement: 'permit(principal, action, resource is AgentCore::Gateway);' } },
    });
    return fake;
  };

  test.each([
    ['by its name', undefined],
    ['by the outputs', 'agent_dev-abcdefghij'],
  ])('CO-12 found %s with a permit for everybody in it is not attached', async (_what, engineId) => {
    const fake = planted(fakeControl(undefined));
    await expect(attach(fake, { engineId })).rejects.toMatchObject({
      ...{
        code: 'engine_foreign',
        message: expect.stringMatching(/not in the folder: everybody\..*--prune/),
      },
    });
    expect(writes(fake)).toEqual([]);
    expect(fake.state.gateway.policyEngineConfiguration).toBeUndefined();
  });

  test('CO-12 with --prune what is not in the folder is gone before the engine is attached', async () => {
    const fake = planted(fakeControl(undefined));
    let there: readonly string[] = [];
    fake.before = (operation) => {
      if (operation === 'UpdateGateway') there = fake.state.policies.map(({ name }) => name);
    };
    expect(await attach(fake, { prune: true })).toMatchObject({ deleted: ['everybody'], mode: 'LOG_ONLY' });
    expect(there).toEqual(['developers_never', 'managers_may']);
  });

  test('of the gateway that is not the one the stack made stops it', async () => {
    const fake = fakeControl('LOG_ONLY', ['other', 'agent_dev']);
    const attached = attach(fake, { engineId: 'agent_dev-abcdefghij' });
    await expect(attached).rejects.toMatchObject({ code: 'engine_conflict' });
    expect(writes(fake)).toEqual([]);
  });
});

describe('the policies', () => {
  test('are made with their intent, the forbid before the permit, for this gateway', async () => {
    const fake = fakeControl('LOG_ONLY');
    expect((await attach(fake)).created).toEqual(['developers_never', 'managers_may']);
    expect(writes(fake)).toEqual(['CreatePolicy developers_never', 'CreatePolicy managers_may']);
    expect(fake.state.policies[0]?.definition.cedar.statement).toContain(GATEWAY_ARN);
  });

  test('that are there are left alone; a changed one is updated; a second run does nothing', async () => {
    const fake = fakeControl('LOG_ONLY');
    await attach(fake);
    const changed = { ...MAY, text: MAY.text.replace('"manager"', '"boss"') };
    expect(await attach(fake, { files: [changed, NEVER] })).toMatchObject({
      ...{ updated: ['managers_may'], unchanged: ['developers_never'], created: [] },
    });
    const before = writes(fake).length;
    expect(await attach(fake, { files: [changed, NEVER] })).toMatchObject({ updated: [], created: [] });
    expect(writes(fake)).toHaveLength(before);
  });

  test('that the folder does not have are listed, and deleted when asked', async () => {
    const fake = fakeControl('LOG_ONLY');
    await attach(fake);
    expect(await attach(fake, { files: [NEVER] })).toMatchObject({ gone: ['managers_may'], deleted: [] });
    expect(fake.state.policies).toHaveLength(2);
    expect((await attach(fake, { files: [NEVER], prune: true })).deleted).toEqual(['managers_may']);
    expect(fake.state.policies.map(({ name }) => name)).toEqual(['developers_never']);
  });

  test('that go are deleted with the forbid last: what is left never allows more', async () => {
    const fake = fakeControl('LOG_ONLY');
    await attach(fake);
    const other = { ...NEVER, name: 'another' };
    expect((await attach(fake, { files: [other], prune: true })).deleted).toEqual([
      'managers_may',
      'developers_never',
    ]);
  });

  test('a forbid with findings: they are told, no permit is sent and nothing is attached', async () => {
    const fake = fakeControl(undefined);
    fake.findings = (name) => (name === 'developers_never' ? ['Overly Restrictive: …'] : []);
    expect(await attach(fake)).toMatchObject({
      failed: [{ name: 'developers_never', status: 'CREATE_FAILED', findings: ['Overly Restrictive: …'] }],
      ...{ created: [], mode: undefined },
    });
    expect(writes(fake)).toEqual(['CreatePolicy developers_never']);
    fake.findings = () => [];
    expect(await attach(fake)).toMatchObject({ updated: ['developers_never'], created: ['managers_may'] });
  });

  test('a file that is no policy: nothing is sent of the folder', async () => {
    const fake = fakeControl('LOG_ONLY');
    const attached = attach(fake, { files: [NEVER, { name: 'broken', text: 'permit (' }] });
    await expect(attached).rejects.toMatchObject({ code: 'policy_failed' });
    expect(writes(fake)).toEqual([]);
  });

  test('a gateway that enforces is not given other policies', async () => {
    const fake = fakeControl('ENFORCE');
    await expect(attach(fake)).rejects.toMatchObject({ code: 'gateway_enforces' });
    expect(writes(fake)).toEqual([]);
  });

  test('a gateway that enforces exactly these is left in ENFORCE', async () => {
    const fake = fakeControl('LOG_ONLY');
    await attach(fake);
    fake.changeGateway({
      policyEngineConfiguration: { ...fake.state.gateway.policyEngineConfiguration, mode: 'ENFORCE' },
    });
    expect((await attach(fake)).mode).toBe('ENFORCE');
  });
});

test.each(Array.from({ length: 12 }, (_, step) => step))(
  'CO-08: stopped before call %i and run again, it ends in the same state',
  async (step) => {
    const whole = fakeControl(undefined, []);
    await attach(whole);
    const fake = fakeControl(undefined, []);
    let calls = 0;
    fake.before = () => {
      calls += 1;
      if (calls === step + 1) throw new Error('stopped');
    };
    await expect(attach(fake)).rejects.toThrow('stopped');
    fake.before = () => {};
    await attach(fake);
    const shape = ({ state }: FakeControl) => [
      state.engines.map(({ name }) => name),
      state.policies.map(({ name, status }) => [name, status]).toSorted(),
      state.gateway.policyEngineConfiguration,
    ];
    expect(shape(fake)).toEqual(shape(whole));
  },
);

test('a policy that another run made in the meantime is taken, not made twice', async () => {
  const fake = fakeControl('LOG_ONLY');
  const other = fakeControl('LOG_ONLY');
  await attach(other);
  fake.before = (operation) => {
    if (operation === 'CreatePolicy') fake.state.policies = structuredClone(other.state.policies);
  };
  await attach(fake);
  expect(fake.state.policies.map(({ name }) => name)).toEqual(['developers_never', 'managers_may']);
});
