/** What attach finds in a control plane that others work in, or that is not what it says it is. */
import { describe, expect, test } from 'vitest';
import { attachPolicies } from '../../src/index.ts';
import { type FakeControl, fakeControl, GATEWAY_ARN, GATEWAY_ID } from '../support/fake-control.ts';
import { MAY, NEVER } from '../support/policy-sources.ts';

const attach = ({ client, clock }: FakeControl, files = [MAY, NEVER]) =>
  attachPolicies(client, {
    ...{ gatewayId: GATEWAY_ID, engineId: 'agent_dev-abcdefghij', engineName: 'agent_dev' },
    ...{ clock, files, prune: false },
  });

const writes = ({ sent }: FakeControl): readonly string[] =>
  sent.filter((one) => /^(Create|Update|Delete)/.test(one));

describe('the ARN of a gateway', () => {
  test.each([
    `${GATEWAY_ARN}"`,
    `${GATEWAY_ARN}\n`,
    `${GATEWAY_ARN}"); permit(principal, action, resource`,
    GATEWAY_ARN.replace(':gateway/', ':runtime/'),
  ])('CP-23 %j is none: no policy is sent and nothing is attached', async (gatewayArn) => {
    const fake = fakeControl(undefined);
    fake.changeGateway({ gatewayArn });
    await expect(attach(fake)).rejects.toThrow(/gateway/i);
    expect(writes(fake)).toEqual([]);
    expect(fake.state.gateway.policyEngineConfiguration).toBeUndefined();
  });

  test('CP-23 the twin: the right one stands in every statement', async () => {
    const fake = fakeControl(undefined);
    expect((await attach(fake)).mode).toBe('LOG_ONLY');
    const statements = fake.state.policies.map(({ definition }) => definition.cedar.statement);
    expect(statements).toHaveLength(2);
    expect(statements.filter((one) => !one.includes(`AgentCore::Gateway::"${GATEWAY_ARN}"`))).toEqual([]);
  });
});

test('CP-23 a description with quotes, a placeholder and a statement in it stays a description', async () => {
  const intent = `It's "quoted" {{gateway}} \${AWS::AccountId} $& */ permit(principal, action, resource);`;
  const text = MAY.text.replace(/^\/\/ Intent: .*/, () => `// Intent: ${intent}`);
  const fake = fakeControl('LOG_ONLY');
  const described: unknown[] = [];
  fake.before = (operation, input) => {
    if (operation === 'CreatePolicy') described.push(input['description']);
  };
  expect((await attach(fake, [{ ...MAY, text }])).created).toEqual([MAY.name]);
  expect(described).toEqual([intent]);
  const statement = fake.state.policies[0]?.definition.cedar.statement ?? '';
  const code = (one: string): string => one.replaceAll(/^\/\/.*\n/gm, '').trim();
  expect(code(statement)).toBe(code(MAY.text.replaceAll('{{gateway}}', GATEWAY_ARN)));
});

test('CO-12 an engine of the right name whose id is made of another name is not adopted', async () => {
  const fake = fakeControl(undefined, ['other']);
  const twin = fakeControl(undefined, ['agent_dev']);
  const input = { gatewayId: GATEWAY_ID, engineName: 'agent_dev', files: [MAY, NEVER], prune: false };
  for (const { state } of [fake, twin])
    state.engines = state.engines.map((one) => ({ ...one, name: 'agent_dev' }));
  await expect(attachPolicies(fake.client, { ...input, clock: fake.clock })).rejects.toMatchObject({
    code: 'engine_foreign',
  });
  expect(writes(fake)).toEqual([]);
  expect((await attachPolicies(twin.client, { ...input, clock: twin.clock })).origin).toBe('name');
});

test('an engine that did not become ACTIVE is not attached, and gets no policy', async () => {
  const fake = fakeControl(undefined);
  fake.state.engines = fake.state.engines.map((one) => ({ ...one, status: 'CREATE_FAILED' }));
  await expect(attach(fake)).rejects.toMatchObject({ code: 'policy_engine_missing' });
  expect(writes(fake)).toEqual([]);
});

test('CP-14 a forbid that somebody set to LOG_ONLY is made to forbid again', async () => {
  const fake = fakeControl('LOG_ONLY');
  await attach(fake);
  const forbid = fake.state.policies.find(({ name }) => name === NEVER.name);
  Object.assign(forbid ?? {}, { enforcementMode: 'LOG_ONLY' });
  expect((await attach(fake)).updated).toEqual([NEVER.name]);
  expect(fake.state.policies.map(({ enforcementMode }) => enforcementMode)).toEqual(['ACTIVE', 'ACTIVE']);
});

test('a forbid that failed deletes nothing: what is there may be all that forbids', async () => {
  const fake = fakeControl('LOG_ONLY');
  await attach(fake);
  fake.findings = () => ['Overly Restrictive: …'];
  const other = { ...NEVER, name: 'another' };
  const input = { gatewayId: GATEWAY_ID, engineName: 'agent_dev', clock: fake.clock };
  const pruned = await attachPolicies(fake.client, { ...input, files: [other], prune: true });
  expect(pruned).toMatchObject({ failed: [{ name: 'another' }], deleted: [] });
  expect(fake.state.policies.map(({ name }) => name)).toEqual(expect.arrayContaining([MAY.name, NEVER.name]));
});

test('CO-03 a gateway that somebody changed since the look is not overwritten', async () => {
  const fake = fakeControl(undefined);
  fake.before = (operation) => {
    if (operation === 'CreatePolicy') fake.changeGateway({ description: 'theirs' });
  };
  await expect(attach(fake)).rejects.toMatchObject({ code: 'gateway_changed' });
  const { description, policyEngineConfiguration } = fake.state.gateway;
  expect([description, policyEngineConfiguration]).toEqual(['theirs', undefined]);
});

test('what is under way with a policy is waited for: its end counts, not its beginning', async () => {
  const fake = fakeControl(undefined);
  let looks = 0;
  fake.before = (operation) => {
    const [policy] = fake.state.policies;
    if (operation !== 'GetPolicy' || policy === undefined) return;
    looks += 1;
    policy.status = looks < 3 ? 'CREATING' : 'CREATE_FAILED';
  };
  expect(await attach(fake)).toMatchObject({
    failed: [{ name: NEVER.name, status: 'CREATE_FAILED' }],
    ...{ created: [], mode: undefined },
  });
  expect(looks).toBe(3);
});
