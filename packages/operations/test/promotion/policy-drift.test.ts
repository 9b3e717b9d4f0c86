/** What somebody changed in the engine of a gateway that enforces, past the roll-out, is a row of its own. */
import { type Promotion, policyHash, type StageRollout } from '@secure-agent/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  attachPolicies,
  type Check,
  judge,
  policyDrift,
  readEngine,
  rolloutDrift,
  withDrift,
} from '../../src/index.ts';
import { type FakeControl, fakeControl, GATEWAY_ARN, GATEWAY_ID, PLACE } from '../support/fake-control.ts';
import { MAY, NEVER } from '../support/policy-sources.ts';

const FILES = [MAY, NEVER];
const PROMOTION: Promotion = {
  ...{ at: '2026-06-01T00:00:00Z', by: 'op', gateway: { id: GATEWAY_ID, arn: GATEWAY_ARN } },
  policyEngine: `${PLACE}policy-engine/agent_dev-abcdefghij`,
  policies: Object.fromEntries(FILES.map(({ name, text }) => [name, policyHash(text)])),
  evidence: { since: '2026-06-01T00:00:00Z', total: 0, decisions: {}, overrides: [] },
};

let fake: FakeControl;
beforeEach(async () => {
  fake = fakeControl('LOG_ONLY');
  const options = { gatewayId: GATEWAY_ID, engineName: 'agent_dev', prune: false, clock: fake.clock };
  await attachPolicies(fake.client, { ...options, files: FILES });
});

const drift = async (files = FILES, promotion = PROMOTION): Promise<readonly Check[]> =>
  policyDrift({ promotion, files, engine: await readEngine(fake.client, GATEWAY_ID) });

const policy = (name: string) => {
  const found = fake.state.policies.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

const ALL = { what: 'policies of the engine', expected: '2, as promoted', seen: '2, as promoted', ok: true };
const other = (statement: string) => ({ definition: { cedar: { statement } } });

test('an engine that holds what was promoted is one row, and right', async () => {
  expect(await drift()).toEqual([ALL]);
});

test('also where the folder has other files by now: the record counts', async () => {
  expect(await drift([{ ...MAY, text: MAY.text.replace('"manager"', '"boss"') }])).toEqual([ALL]);
  expect(await drift([])).toEqual([ALL]);
});

test('a promoted file with more white space around it is what was promoted', async () => {
  const wide = { ...MAY, text: `${MAY.text}\n\n` };
  const policies = { ...PROMOTION.policies, [MAY.name]: policyHash(wide.text) };
  expect(await drift([wide, NEVER], { ...PROMOTION, policies })).toEqual([ALL]);
});

const CHANGES: readonly (readonly [what: string, change: () => void, rows: readonly string[]])[] = [
  [
    'a statement',
    () =>
      Object.assign(
        policy(MAY.name),
        other(policy(MAY.name).definition.cedar.statement.replace('"manager"', '"m"')),
      ),
    ['policy managers_may, as promoted, another text'],
  ],
  [
    'a statement to another file of the folder',
    () => Object.assign(policy(NEVER.name), { definition: policy(MAY.name).definition }),
    ['policy developers_never, as promoted, another text'],
  ],
  [
    'the gateway that a statement names',
    () =>
      Object.assign(
        policy(NEVER.name),
        other(
          policy(NEVER.name).definition.cedar.statement.replace(GATEWAY_ARN, `${GATEWAY_ARN.slice(0, -1)}8`),
        ),
      ),
    ['policy developers_never, as promoted, another text'],
  ],
  [
    'a statement to no Cedar text',
    () => Object.assign(policy(NEVER.name), { definition: {} }),
    ['policy developers_never, as promoted, no Cedar text'],
  ],
  [
    'one more',
    () => fake.state.policies.push({ ...policy(MAY.name), policyId: 'more-abcdefghij', name: 'more' }),
    ['policy more, not there, there, never promoted'],
  ],
  [
    'one more, named like a member of every object',
    () => fake.state.policies.push({ ...policy(MAY.name), policyId: 'x-abcdefghij', name: 'constructor' }),
    ['policy constructor, not there, there, never promoted'],
  ],
  [
    'a forbid less',
    () => {
      fake.state.policies = fake.state.policies.filter(({ name }) => name !== NEVER.name);
    },
    ['policy developers_never, as promoted, deleted'],
  ],
  [
    'a forbid that only logs',
    () => Object.assign(policy(NEVER.name), { enforcementMode: 'LOG_ONLY' }),
    ['policy developers_never, as promoted, enforcement mode LOG_ONLY'],
  ],
  [
    'one that failed',
    () => Object.assign(policy(NEVER.name), { status: 'UPDATE_FAILED' }),
    ['policy developers_never, as promoted, UPDATE_FAILED'],
  ],
  [
    'two at once: a row each, by name',
    () => {
      Object.assign(policy(MAY.name), { enforcementMode: 'LOG_ONLY' });
      fake.state.policies = fake.state.policies.filter(({ name }) => name !== NEVER.name);
    },
    [
      'policy developers_never, as promoted, deleted',
      'policy managers_may, as promoted, enforcement mode LOG_ONLY',
    ],
  ],
];

describe('changed through the control plane', () => {
  test.each(CHANGES)('%s', async (_what, change, rows) => {
    change();
    const found = await drift();
    expect(found.map(({ what, expected, seen }) => `${what}, ${expected}, ${seen}`)).toEqual(rows);
    expect(found.some(({ ok }) => ok)).toBe(false);
  });
});

test('another engine, or none, holds nothing that was promoted', async () => {
  const arn = `${PLACE}policy-engine/other-abcdefghij`;
  fake.changeGateway({ policyEngineConfiguration: { arn, mode: 'ENFORCE' } });
  const expected = { what: 'policy engine', expected: PROMOTION.policyEngine, ok: false };
  expect(await drift()).toEqual([{ ...expected, seen: arn }]);
  fake.changeGateway({ policyEngineConfiguration: undefined });
  expect(await drift()).toEqual([{ ...expected, seen: 'no engine' }]);
});

test('an old promotion put back after a change of policies is not what the engine holds', async () => {
  const text = MAY.text.replace('"manager"', '"director"');
  const options = { gatewayId: GATEWAY_ID, engineName: 'agent_dev', prune: false, clock: fake.clock };
  const files = [{ ...MAY, text }, NEVER];
  await attachPolicies(fake.client, { ...options, files });
  expect((await drift(files)).map(({ what }) => what)).toEqual(['policy managers_may']);
  const policies = { ...PROMOTION.policies, [MAY.name]: policyHash(text) };
  expect(await drift(files, { ...PROMOTION, policies })).toEqual([ALL]);
});

test('fails the verdict of a gateway that enforces, and says what to do', async () => {
  const answers = {
    runtimeAnonymous: 'refused',
    gatewayAnonymous: 'refused',
    deniedCall: 'refused',
  } as const;
  const signed = { runtimeSigned: 'refused', gatewaySigned: 'refused' } as const;
  const bearer = { runtimeBearer: 'accepted', gatewayBearer: 'accepted' } as const;
  const verdict = judge({ ...answers, ...signed, ...bearer, policyMode: 'ENFORCE' });
  const entry: StageRollout = { mode: 'ENFORCE', promotion: PROMOTION };
  const mode = rolloutDrift(entry, { arn: GATEWAY_ARN, mode: 'ENFORCE' });
  expect(withDrift(verdict, mode, await drift())).toMatchObject({ ok: true, next: verdict.next });
  Object.assign(policy(NEVER.name), { enforcementMode: 'LOG_ONLY' });
  const judged = withDrift(verdict, mode, await drift());
  expect(judged).toMatchObject({ ok: false, next: expect.stringMatching(/npm run rollback.*attach/) });
  expect(judged.checks).toContainEqual(
    expect.objectContaining({ what: 'policy developers_never', ok: false }),
  );
});
