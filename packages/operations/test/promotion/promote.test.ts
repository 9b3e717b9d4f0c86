/** promote and rollback while somebody else is at work: the end is a promotion that was looked at, or LOG_ONLY. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConflictException } from '@aws-sdk/client-bedrock-agentcore-control';
import { policyHash, type StageRollout } from '@secure-agent/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  attachPolicies,
  type Decision,
  type Expectation,
  gatewayUpdateOf,
  type PromotionPorts,
  type PromotionRequest,
  promote,
  type RollbackPorts,
  rollback,
  takeLock,
} from '../../src/index.ts';
import { type FakeControl, fakeControl, GATEWAY_ARN, GATEWAY_ID } from '../support/fake-control.ts';
import { MAY, NEVER, TOOL } from '../support/policy-sources.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollout-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const EXPECTATIONS: readonly Expectation[] = [
  { tool: TOOL, role: 'managers', outcomes: [{ verdict: 'ALLOW', by: ['managers_may'] }] },
];
const REQUEST: PromotionRequest = {
  ...{ gatewayId: GATEWAY_ID, files: [MAY, NEVER], expectations: EXPECTATIONS, overrides: [] },
  ...{ by: 'arn:aws:iam::111122223333:user/op', settleMs: 0 },
};

let fake: FakeControl;
let recorded: StageRollout[];
let lockFile: string;
let mine: ReturnType<typeof takeLock> | undefined;
let runs = 0;
beforeEach(async () => {
  fake = fakeControl('LOG_ONLY');
  recorded = [];
  mine = undefined;
  runs += 1;
  lockFile = join(folder, `${runs}.lock`);
  await attachPolicies(fake.client, {
    ...{
      gatewayId: GATEWAY_ID,
      engineName: 'agent_dev',
      files: REQUEST.files,
      prune: false,
      clock: fake.clock,
    },
  });
  fake.sent.length = 0;
});

const mode = () => fake.state.gateway.policyEngineConfiguration?.mode;
const updates = () => fake.sent.filter((one) => one.startsWith('UpdateGateway')).length;

const decision = (): Decision => ({
  time: new Date(fake.clock.now() + 1).toISOString(),
  ...{
    requestId: 'r-1',
    gatewayArn: GATEWAY_ARN,
    iss: undefined,
    sub: 'maria',
    tool: TOOL,
    verdict: 'ALLOW',
  },
  engineArn: fake.state.engines[0]?.policyEngineArn,
  ...{ determiningPolicies: ['managers_may-abcdefghij'], mismatchedPolicies: [] },
});

const lock = (command: 'promote' | 'rollback' = 'promote') =>
  takeLock({ file: lockFile, command, by: 'op', clock: fake.clock });

const held = () => {
  mine ??= lock();
  return mine;
};

const ports = (change: Partial<PromotionPorts> = {}): PromotionPorts => ({
  ...{ control: fake.client, lock: held(), clock: fake.clock, say: () => {} },
  decisions: { since: async () => [decision()] },
  roleOf: () => 'managers',
  deniedCall: async () => (mode() === 'ENFORCE' ? 'refused' : 'accepted'),
  record: (entry) => recorded.push(entry),
  ...change,
});

const rollBack = (change: Partial<RollbackPorts> = {}) =>
  rollback(
    {
      ...{ control: fake.client, clock: fake.clock, whoAmI: async () => 'op' },
      record: (entry) => recorded.push(entry),
      ...change,
    },
    { gatewayId: GATEWAY_ID, reason: undefined },
  );

/** Somebody else's work, once, before the nth call of an operation. */
function onceBefore(operation: string, nth: number, work: () => void): void {
  let calls = 0;
  fake.before = (name) => {
    if (name !== operation) return;
    calls += 1;
    if (calls === nth) work();
  };
}

describe('a promotion', () => {
  test('switches once, sends every other field back as it was, and records what it rests on', async () => {
    const {
      policyEngineConfiguration: _before,
      updatedAt: _then,
      ...before
    } = structuredClone(fake.state.gateway);
    const result = await promote(ports(), REQUEST);
    expect([result.promoted, mode(), updates()]).toEqual([true, 'ENFORCE', 1]);
    expect(fake.state.gateway).toMatchObject(before);
    expect(recorded).toMatchObject([
      {
        mode: 'ENFORCE',
        promotion: {
          ...{ by: REQUEST.by, gateway: { id: GATEWAY_ID, arn: GATEWAY_ARN } },
          policies: { managers_may: policyHash(MAY.text), developers_never: policyHash(NEVER.text) },
          evidence: { total: 1, decisions: { [TOOL]: { managers: { allow: 1, deny: 0 } } } },
        },
      },
    ]);
  });

  test('what was decided before a rollback is no evidence for the promotion after it', async () => {
    const before = decision();
    await rollBack();
    const after = await promote(ports({ decisions: { since: async () => [before] } }), REQUEST);
    expect(after).toMatchObject({
      promoted: false,
      judged: { rejected: { time: 1 } },
      refusals: [{ code: 'evidence_missing' }],
    });
    expect((await promote(ports(), REQUEST)).promoted).toBe(true);
  });

  test('a gateway that enforces is looked at again on the evidence that it was promoted on', async () => {
    const before = decision();
    const source = { decisions: { since: async () => [before] } };
    expect((await promote(ports(source), REQUEST)).promoted).toBe(true);
    expect((await promote(ports(source), REQUEST)).promoted).toBe(true);
  });

  test.each<[string, string, () => void]>([
    [
      'a policy that failed',
      'policy_not_active',
      () => Object.assign(fake.state.policies[0] ?? {}, { status: 'CREATE_FAILED' }),
    ],
    [
      'CP-14: a forbid that only logs',
      'forbid_log_only',
      () => Object.assign(fake.state.policies[0] ?? {}, { enforcementMode: 'LOG_ONLY' }),
    ],
    [
      'a policy that no file has',
      'policy_unknown',
      () => Object.assign(fake.state.policies[0] ?? {}, { name: 'stranger' }),
    ],
    [
      'a policy whose text is another',
      'policy_differs',
      () =>
        Object.assign(fake.state.policies[0] ?? {}, {
          definition: { cedar: { statement: 'permit(principal, action, resource);' } },
        }),
    ],
    ['a file that is not attached', 'policy_missing', () => fake.state.policies.splice(0, 1)],
  ])('%s refuses it, and nothing is sent', async (_what, code, spoil) => {
    spoil();
    const result = await promote(ports(), REQUEST);
    if (result.promoted) throw new Error('it was promoted');
    expect(result.refusals.map((one) => one.code)).toContain(code);
    expect([mode(), updates(), recorded]).toEqual(['LOG_ONLY', 0, []]);
  });

  test('decisions of before the newest change of a policy are not asked for, and not taken', async () => {
    const newest = Math.max(...fake.state.policies.map(({ updatedAt }) => updatedAt.getTime()));
    let asked: Date | undefined;
    const old = { ...decision(), time: new Date(newest).toISOString() };
    const since = async (moment: Date) => {
      asked = moment;
      return [old];
    };
    const result = await promote(ports({ decisions: { since } }), { ...REQUEST, settleMs: 500 });
    expect([result.promoted, asked?.getTime()]).toEqual([false, newest + 500]);
  });

  test.each<[string, (target: FakeControl['state']['targets'][number], at: Date) => void]>([
    ['changed', (target, updatedAt) => Object.assign(target, { updatedAt })],
    ['read again', (target, lastSynchronizedAt) => Object.assign(target, { lastSynchronizedAt })],
  ])('decisions of before a target was %s are not taken, whichever page it is on', async (_what, spoil) => {
    const before = decision();
    for (const target of fake.state.targets) {
      const was = { ...target };
      spoil(target, new Date(before.time));
      const source = { since: async () => [before] };
      expect(await promote(ports({ decisions: source }), REQUEST)).toMatchObject({
        ...{ promoted: false, judged: { rejected: { time: 1 } }, refusals: [{ code: 'evidence_missing' }] },
      });
      Object.assign(target, { lastSynchronizedAt: undefined, ...was });
    }
    expect((await promote(ports({ decisions: { since: async () => [before] } }), REQUEST)).promoted).toBe(
      true,
    );
  });

  test('on a gateway that enforces a changed target asks for new decisions too', async () => {
    const before = decision();
    const decisions = { since: async () => [before] };
    expect((await promote(ports({ decisions }), REQUEST)).promoted).toBe(true);
    Object.assign(fake.state.targets[1] ?? {}, { updatedAt: new Date(before.time) });
    expect((await promote(ports({ decisions }), REQUEST)).promoted).toBe(false);
  });

  test.each([
    ['UpdateGateway', 1],
    ['ListGatewayTargets', 5],
  ])('a target that changes before %s number %i takes the switch back', async (operation, nth) => {
    onceBefore(operation, nth, () => {
      Object.assign(fake.state.targets[1] ?? {}, { updatedAt: new Date(fake.clock.now()) });
    });
    await expect(promote(ports(), REQUEST)).rejects.toMatchObject({ code: 'gateway_changed' });
    expect([mode(), recorded]).toEqual(['LOG_ONLY', []]);
  });

  test('CO-04: a policy that changes between the look and the switch takes the switch back', async () => {
    onceBefore('UpdateGateway', 1, () =>
      Object.assign(fake.state.policies[0] ?? {}, { updatedAt: new Date(0) }),
    );
    await expect(promote(ports(), REQUEST)).rejects.toMatchObject({ code: 'policies_changed' });
    expect([mode(), recorded]).toEqual(['LOG_ONLY', []]);
  });

  test('CO-03: a gateway that somebody changed since the look is not overwritten', async () => {
    onceBefore('GetGateway', 2, () => fake.changeGateway({ description: 'theirs' }));
    await expect(promote(ports(), REQUEST)).rejects.toMatchObject({ code: 'gateway_changed' });
    // The one update is the one that makes sure of LOG_ONLY: ENFORCE was never sent.
    expect([mode(), fake.state.gateway['description'], updates()]).toEqual(['LOG_ONLY', 'theirs', 1]);
    expect(recorded).toEqual([]);
  });

  test('CO-03: a change that comes right behind the switch stays, and the mode goes back', async () => {
    onceBefore('GetGateway', 3, () => fake.changeGateway({ description: 'theirs' }));
    await expect(promote(ports(), REQUEST)).rejects.toMatchObject({ code: 'gateway_changed' });
    expect([mode(), fake.state.gateway['description'], recorded]).toEqual(['LOG_ONLY', 'theirs', []]);
  });

  test('another update under way is waited for, then the switch is sent again', async () => {
    const conflict = new ConflictException({ message: 'UPDATING', $metadata: {} });
    onceBefore('UpdateGateway', 1, () => {
      throw conflict;
    });
    expect((await promote(ports(), REQUEST)).promoted).toBe(true);
    expect(mode()).toBe('ENFORCE');
  });

  test('an effect that is never seen takes the switch back', async () => {
    const deniedCall = async () => 'accepted' as const;
    await expect(promote(ports({ deniedCall }), REQUEST)).rejects.toMatchObject({ code: 'effect_not_seen' });
    expect([mode(), recorded]).toEqual(['LOG_ONLY', []]);
  });

  test('a record that cannot be written takes the switch back', async () => {
    const record = () => {
      throw new Error('disk full');
    };
    await expect(promote(ports({ record }), REQUEST)).rejects.toThrow('disk full');
    expect(mode()).toBe('LOG_ONLY');
  });

  test('of a gateway that enforces already only records, and never lowers it', async () => {
    await promote(ports(), REQUEST);
    recorded = [];
    expect((await promote(ports(), REQUEST)).promoted).toBe(true);
    expect([updates(), recorded.length]).toEqual([1, 1]);
    const deniedCall = async () => 'unknown' as const;
    await expect(promote(ports({ deniedCall }), REQUEST)).rejects.toMatchObject({ code: 'effect_not_seen' });
    expect(mode()).toBe('ENFORCE');
  });
});

describe('CO-06: a rollback while a promotion runs wins, wherever it comes in between', () => {
  test.each(['GetGateway', 'ListPolicies'].flatMap((name) => [1, 2, 3].map((nth) => [name, nth] as const)))(
    'before %s number %i',
    async (operation, nth) => {
      let done: Promise<unknown> | undefined;
      onceBefore(operation, nth, () => {
        fake.before = () => {};
        const other = lock('rollback');
        fake.changeGateway({
          policyEngineConfiguration: { ...fake.state.gateway.policyEngineConfiguration, mode: 'LOG_ONLY' },
        });
        done = rollBack().finally(() => other.release());
      });
      await promote(ports(), REQUEST).catch(() => {});
      await done;
      if (done === undefined) return;
      expect([mode(), recorded.at(-1)?.mode]).toEqual(['LOG_ONLY', 'LOG_ONLY']);
    },
  );

  test('a rollback between the last look at the lock and the switch', async () => {
    onceBefore('UpdateGateway', 1, () => {
      lock('rollback').release();
      fake.changeGateway({});
    });
    await expect(promote(ports(), REQUEST)).rejects.toMatchObject({ code: 'overtaken' });
    expect([mode(), recorded]).toEqual(['LOG_ONLY', []]);
  });
});

describe('a rollback', () => {
  test('is one update, with every other field as it was', async () => {
    await promote(ports(), REQUEST);
    const before = JSON.stringify(
      gatewayUpdateOf({ ...fake.state.gateway, policyEngineConfiguration: undefined } as never),
    );
    fake.sent.length = 0;
    await rollBack();
    const after = JSON.stringify(
      gatewayUpdateOf({ ...fake.state.gateway, policyEngineConfiguration: undefined } as never),
    );
    expect([mode(), updates(), after]).toEqual(['LOG_ONLY', 1, before]);
    expect(recorded.at(-1)).toMatchObject({
      mode: 'LOG_ONLY',
      reason: expect.stringMatching(/^Rolled back at /),
    });
    expect(recorded.at(-1)).not.toHaveProperty('promotion');
  });

  test('is sent where the gateway logs only already: a promotion about to switch must notice', async () => {
    const before = fake.state.gateway.updatedAt.getTime();
    await rollBack();
    expect(fake.state.gateway.updatedAt.getTime()).toBeGreaterThan(before);
  });
});

describe('a rollback is kept back by nothing that only its record needs', () => {
  beforeEach(async () => {
    await promote(ports(), REQUEST);
    recorded = [];
    fake.sent.length = 0;
  });

  test('nobody can say who asks: it is done before anybody is asked, and "unknown" is recorded', async () => {
    const whoAmI = async () => {
      expect(mode()).toBe('LOG_ONLY');
      throw Object.assign(new Error('connect /secret/path'), { syscall: 'connect', code: 'ECONNREFUSED' });
    };
    const { recorded: written, entry, notes } = await rollBack({ whoAmI });
    expect([mode(), written, entry.rollback?.by]).toEqual(['LOG_ONLY', true, 'unknown']);
    expect(notes).toEqual(['Nobody could say who you are, so "unknown" is recorded: ECONNREFUSED.']);
    expect(recorded).toEqual([entry]);
  });

  test('a record that cannot be written: it is done, and said to be unrecorded', async () => {
    const record = () => {
      expect(mode()).toBe('LOG_ONLY');
      throw new Error('Restore it first.');
    };
    const { recorded: written, notes } = await rollBack({ record });
    expect([mode(), written, updates()]).toEqual(['LOG_ONLY', false, 1]);
    expect(notes).toEqual([expect.stringMatching(/^The gateway only logs now.*not be recorded.*Restore it/)]);
  });

  test('the twin: a gateway that cannot be set is no rollback, and nothing is recorded', async () => {
    onceBefore('UpdateGateway', 1, () => {
      throw new Error('throttled');
    });
    await expect(rollBack()).rejects.toThrow('throttled');
    expect([mode(), recorded]).toEqual(['ENFORCE', []]);
  });
});

describe('the lock', () => {
  test('keeps a second promotion out, and says who has it', () => {
    lock();
    expect(() => lock()).toThrow(/promote by op is under way/);
  });

  test('ends by itself, and is lost to who has it then', async () => {
    const first = lock();
    await fake.clock.wait(10 * 60_000);
    expect(() => first.assertHeld()).toThrow(/took over/);
    const second = lock();
    expect(() => second.assertHeld()).not.toThrow();
    first.release();
    expect(() => second.assertHeld()).not.toThrow();
  });

  test('half a lock of a crash is taken over', () => {
    writeFileSync(lockFile, '{"owner":');
    expect(() => lock().assertHeld()).not.toThrow();
  });

  test('one that ends later than any lock does keeps nobody out', () => {
    const expires = new Date(fake.clock.now() + 10 * 60_000 + 1).toISOString();
    writeFileSync(lockFile, JSON.stringify({ owner: 'o', command: 'promote', by: 'op', expires }));
    expect(() => lock().assertHeld()).not.toThrow();
  });

  test('is gone when it is released, and holds no secret and no more than its owner', () => {
    const mine = lock();
    expect(Object.keys(JSON.parse(readFileSync(lockFile, 'utf8')))).toEqual([
      'owner',
      'command',
      'by',
      'expires',
    ]);
    mine.release();
    expect(() => lock()).not.toThrow();
  });
});
