/**
 * Rows CO-03, CO-04 and CO-06: somebody else changes the gateway or its policies at every step of a promotion in turn. What they
 * did is there afterwards, and the gateway enforces only what was looked at.
 */
import { expect, test } from 'vitest';
import {
  attachPolicies,
  type Decision,
  type PromotionPorts,
  type PromotionRequest,
  promote,
  rollback,
} from '../../src/index.ts';
import { type FakeControl, fakeControl, GATEWAY_ARN, GATEWAY_ID } from '../support/fake-control.ts';
import { MAY, NEVER, TOOL } from '../support/policy-sources.ts';

const FILES = [MAY, NEVER];
const REQUEST: PromotionRequest = {
  ...{ gatewayId: GATEWAY_ID, files: FILES, overrides: [], by: 'op', settleMs: 0 },
  expectations: [{ tool: TOOL, role: 'managers', outcomes: [{ verdict: 'ALLOW', by: ['managers_may'] }] }],
};

const decisionAt = ({ clock, state }: FakeControl): Decision => ({
  time: new Date(clock.now() + 1000).toISOString(),
  ...{
    requestId: 'r-1',
    gatewayArn: GATEWAY_ARN,
    iss: undefined,
    sub: 'maria',
    tool: TOOL,
    verdict: 'ALLOW',
  },
  engineArn: state.engines[0]?.policyEngineArn,
  ...{ determiningPolicies: ['managers_may-abcdefghij'], mismatchedPolicies: [] },
});

/** A step of a promotion: the nth call of an operation, or one of the ports. */
type Step = readonly [name: string, nth: number];
type Change = (fake: FakeControl) => void;

/** Promotes while `change` happens once, before `step`. */
async function race(step: Step, change: Change) {
  const fake = fakeControl('LOG_ONLY');
  const { client: control, clock } = fake;
  const engine = { gatewayId: GATEWAY_ID, engineName: 'agent_dev', prune: false };
  await attachPolicies(control, { ...engine, files: FILES, clock });
  const calls = new Map<string, number>();
  let happened = false;
  const reach = (name: string): void => {
    const nth = (calls.get(name) ?? 0) + 1;
    calls.set(name, nth);
    if (name !== step[0] || nth !== step[1]) return;
    happened = true;
    change(fake);
  };
  fake.before = reach;
  const recorded: string[] = [];
  const mode = () => fake.state.gateway.policyEngineConfiguration?.mode;
  const ports: PromotionPorts = {
    ...{ control, clock, say: () => {}, roleOf: () => 'managers' },
    lock: { assertHeld: () => {}, release: () => {} },
    decisions: {
      since: async () => {
        reach('decisions');
        return [decisionAt(fake)];
      },
    },
    deniedCall: async () => {
      reach('deniedCall');
      return mode() === 'ENFORCE' ? 'refused' : 'accepted';
    },
    record: (entry) => {
      reach('record');
      recorded.push(entry.mode);
    },
  };
  const end: string = await promote(ports, REQUEST).then(
    (result) => (result.promoted ? 'promoted' : 'refused'),
    ({ code }) => code,
  );
  return { fake, happened, end, promoted: end === 'promoted', mode: mode(), recorded };
}

/** The mode and the record say the same of how it ended. */
const isConsistent = ({ promoted, mode, recorded }: Awaited<ReturnType<typeof race>>): boolean =>
  promoted
    ? mode === 'ENFORCE' && recorded.join() === 'ENFORCE'
    : mode === 'LOG_ONLY' && recorded.length === 0;

const READS: readonly Step[] = [
  ...[1, 2, 3, 4].map((nth) => ['GetGateway', nth] as const),
  ...[1, 2].map((nth) => ['ListPolicies', nth] as const),
  ['decisions', 1],
];

/** Not before the update itself: the API has no ETag, so a change between that and the look before it stays unseen. */
const GATEWAY_STEPS: readonly Step[] = [...READS, ['deniedCall', 1], ['record', 1]];

const client = (...allowedClients: readonly string[]) => ({
  authorizerConfiguration: { customJWTAuthorizer: { discoveryUrl: 'https://x', allowedClients } },
});
const FIELDS: readonly Readonly<Record<string, unknown>>[] = [
  client('people', 'new'),
  client('people'),
  { description: 'theirs' },
  { roleArn: 'other' },
  { kmsKeyArn: 'key' },
  { interceptorConfigurations: [{ interceptionPoints: ['REQUEST'] }] },
  { protocolConfiguration: { mcp: { instructions: 'i' } } },
  { exceptionLevel: undefined },
];

/** Up to the last look, before which the effect of the switch may have taken a minute and a half. */
const POLICY_STEPS: readonly Step[] = [
  ...READS.filter(([name, nth]) => name !== 'GetGateway' || nth < 4),
  ...[['UpdateGateway', 1] as const, ['deniedCall', 1] as const, ['ListPolicies', 3] as const],
];
const touch = (fake: FakeControl, fields: object): void => {
  const [policy] = fake.state.policies;
  if (policy !== undefined) Object.assign(policy, fields, { updatedAt: new Date(fake.clock.now() + 500) });
};
const statement = 'permit(principal, action, resource is AgentCore::Gateway);';
const POLICIES: readonly (readonly [what: string, change: Change])[] = [
  ['another text', (fake) => touch(fake, { definition: { cedar: { statement } } })],
  ['LOG_ONLY', (fake) => touch(fake, { enforcementMode: 'LOG_ONLY' })],
  ['a failure', (fake) => touch(fake, { status: 'UPDATE_FAILED' })],
  ['one less', (fake) => fake.state.policies.splice(0, 1)],
  [
    'one more',
    (fake) =>
      fake.state.policies.push({
        ...{ policyId: 'more-abcdefghij', name: 'more', status: 'ACTIVE', statusReasons: [] },
        ...{ enforcementMode: 'ACTIVE', updatedAt: new Date(fake.clock.now() + 500) },
        definition: { cedar: { statement } },
      }),
  ],
];

test('without anybody else it is promoted', async () => {
  const run = await race(['never', 1], () => {});
  expect([run.happened, run.promoted, isConsistent(run)]).toEqual([false, true, true]);
});

test('CO-03 a change of the gateway, at each of nine steps and in eight fields: it stays, and the end is one', async () => {
  const ends = { promoted: 0, not: 0 };
  for (const step of GATEWAY_STEPS) {
    for (const fields of FIELDS) {
      const run = await race(step, (fake) => fake.changeGateway(fields));
      const what = `${step.join(' ')}: ${JSON.stringify(fields)}`;
      expect([run.happened, isConsistent(run)], what).toEqual([true, true]);
      const now = Object.keys(fields).map((name) => [name, run.fake.state.gateway[name]]);
      expect(Object.fromEntries(now), what).toEqual(fields);
      ends[run.promoted ? 'promoted' : 'not'] += 1;
    }
  }
  expect(ends).toEqual({ promoted: 16, not: 56 });
});

/** Nothing but the moment of the change tells of it, where the gateway logs only already. */
const lower: Change = (fake) => {
  const { arn } = fake.state.gateway.policyEngineConfiguration ?? { arn: '' };
  fake.changeGateway({ policyEngineConfiguration: { arn, mode: 'LOG_ONLY' } });
};

test('CO-06 a rollback on another machine, which knows no lock of ours, at each step from the first look on', async () => {
  const steps = GATEWAY_STEPS.filter(
    ([name, nth]) => name !== 'record' && (name !== 'GetGateway' || nth > 1),
  );
  for (const step of steps) {
    const run = await race(step, lower);
    expect([run.happened, run.promoted, isConsistent(run)], step.join(' ')).toEqual([true, false, true]);
  }
  expect(steps).toHaveLength(7);
  // Seen by the mode itself, not only by calls that are never refused.
  expect((await race(['GetGateway', 3], lower)).end).toBe('overtaken');
});

test('CO-04 a change of a policy, at each of nine steps and of five kinds: nothing else is enforced', async () => {
  for (const step of POLICY_STEPS) {
    for (const [what, change] of POLICIES) {
      const run = await race(step, change);
      expect([run.happened, run.promoted, isConsistent(run)], `${step.join(' ')}: ${what}`).toEqual([
        ...[true, false, true],
      ]);
    }
  }
});

test('CO-04 a forbid deleted at any step of a promotion: the gateway does not enforce without it', async () => {
  for (const step of POLICY_STEPS) {
    const run = await race(step, ({ state }) => {
      expect(state.policies.map(({ name }) => name)).toContain(NEVER.name);
      state.policies = state.policies.filter(({ name }) => name !== NEVER.name);
    });
    expect([run.happened, run.promoted, isConsistent(run)], step.join(' ')).toEqual([true, false, true]);
  }
  expect(POLICY_STEPS).toHaveLength(9);
  expect((await race(['deniedCall', 1], ({ state }) => state.policies.splice(0, 1))).end).toBe(
    'policies_changed',
  );
});

test('CO-06 a rollback that somebody switches again behind its back says so, or switches back until it holds', async () => {
  const switchedAgain = async (times: number) => {
    const fake = fakeControl('ENFORCE');
    const engine = fake.state.gateway.policyEngineConfiguration;
    let left = times;
    let updated = false;
    fake.before = (name) => {
      if (name === 'GetGateway' && updated && left > 0) {
        left -= 1;
        updated = false;
        fake.changeGateway({ policyEngineConfiguration: { arn: engine?.arn, mode: 'ENFORCE' } });
      }
      if (name === 'UpdateGateway') updated = true;
    };
    const recorded: string[] = [];
    const record = (entry: { readonly mode: string }) => recorded.push(entry.mode);
    const ports = { control: fake.client, clock: fake.clock, record, whoAmI: async () => 'op' };
    const done = rollback(ports, { gatewayId: GATEWAY_ID }).then(
      () => 'done',
      ({ code }) => code,
    );
    return { end: await done, mode: fake.state.gateway.policyEngineConfiguration?.mode, recorded };
  };
  expect(await switchedAgain(0)).toEqual({ end: 'done', mode: 'LOG_ONLY', recorded: ['LOG_ONLY'] });
  expect(await switchedAgain(2)).toEqual({ end: 'done', mode: 'LOG_ONLY', recorded: ['LOG_ONLY'] });
  expect(await switchedAgain(9)).toEqual({ end: 'overtaken', mode: 'ENFORCE', recorded: [] });
});
