/** What a decision log proves, and what it does not. */
import { rolesOf } from '@secure-agent/policy/workbench';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/index.ts';
import { expectationsOf, ownCases } from '../../src/index.ts';
import { type EvidenceQuestion, judgeEvidence } from '../../src/promotion/evidence.ts';

const SINCE = new Date('2026-06-01T00:00:00Z');
const DECISION: Decision = {
  time: '2026-06-01T00:00:01.000Z',
  requestId: 'r-1',
  gatewayArn: 'gateway',
  engineArn: 'engine',
  tool: 'Mail___send',
  ...{ iss: 'issuer', sub: 'maria' },
  verdict: 'ALLOW',
  determiningPolicies: ['may-abcdefghij'],
  mismatchedPolicies: [],
};
const DENIED: Decision = {
  ...DECISION,
  requestId: 'r-2',
  sub: 'eve',
  verdict: 'DENY',
  determiningPolicies: [],
};

const QUESTION: EvidenceQuestion = {
  decisions: [DECISION, DENIED],
  ...{ gatewayArn: 'gateway', engineArn: 'engine', since: SINCE },
  policies: new Map([
    ['may-abcdefghij', 'may'],
    ['never-abcdefghij', 'never'],
  ]),
  expectations: [
    { tool: 'Mail___send', role: 'employees', outcomes: [{ verdict: 'DENY', by: [] }] },
    {
      tool: 'Mail___send',
      role: 'managers',
      outcomes: [
        { verdict: 'ALLOW', by: ['may'] },
        { verdict: 'DENY', by: ['never'] },
      ],
    },
  ],
  roleOf: ({ sub }) => ({ maria: 'managers', eve: 'employees' })[sub ?? ''],
  overrides: [],
};

const judge = (change: Partial<EvidenceQuestion> = {}) => judgeEvidence({ ...QUESTION, ...change });
const codes = (change: Partial<EvidenceQuestion>) => judge(change).refusals.map(({ code }) => code);
const withMaria = (change: Partial<Decision>) => ({ decisions: [{ ...DECISION, ...change }, DENIED] });

test('one decision for each role at each tool, as the cases have it, is enough', () => {
  expect(judge()).toMatchObject({
    refusals: [],
    rejected: { gateway: 0, engine: 0, request_id: 0, time: 0, policy: 0 },
    evidence: {
      total: 2,
      since: SINCE.toISOString(),
      first: { request_id: 'r-1' },
      last: { request_id: 'r-2' },
      decisions: { Mail___send: { managers: { allow: 1, deny: 0 }, employees: { allow: 0, deny: 1 } } },
    },
  });
});

describe('what is no evidence', () => {
  test.each<[keyof ReturnType<typeof judge>['rejected'], Partial<Decision>]>([
    ['gateway', { gatewayArn: 'another' }],
    ['gateway', { gatewayArn: undefined }],
    ['engine', { engineArn: 'another' }],
    ['engine', { engineArn: undefined }],
    ['request_id', { requestId: ' ' }],
    ['time', { time: SINCE.toISOString() }],
    ['time', { time: '2026-05-31T23:59:59.999Z' }],
    ['time', { time: 'yesterday' }],
    ['policy', { determiningPolicies: ['gone-abcdefghij'] }],
  ])('by %s: %j', (why, change) => {
    const { rejected, refusals } = judge(withMaria(change));
    expect([rejected[why], refusals.map(({ code }) => code)]).toEqual([1, ['evidence_missing']]);
  });

  test('an unexpected decision of another gateway does not count against this one', () => {
    expect(
      codes({ decisions: [...QUESTION.decisions, { ...DENIED, verdict: 'ALLOW', gatewayArn: 'x' }] }),
    ).toEqual([]);
  });
});

describe('what refuses', () => {
  test.each<[string, Partial<Decision>, readonly string[]]>([
    ['an allow that no case has', { sub: 'eve' }, ['unexpected_allow', 'evidence_missing']],
    [
      'a denial by default where cases know none',
      { verdict: 'DENY', determiningPolicies: [] },
      ['unexpected_deny', 'evidence_missing'],
    ],
    [
      'an allow by another policy than the cases have',
      { determiningPolicies: ['never-abcdefghij'] },
      ['unexpected_allow'],
    ],
    ['an allow of nobody who is known', { sub: 'mallory' }, ['unexpected_allow', 'evidence_missing']],
    [
      'an allow of a tool that no case has',
      { tool: 'Mail___purge' },
      ['unexpected_allow', 'evidence_missing'],
    ],
    [
      'a policy that could not be evaluated',
      { mismatchedPolicies: ['never-abcdefghij'] },
      ['policy_mismatch'],
    ],
    [
      'a call about which nothing was evaluated',
      { verdict: undefined },
      ['not_evaluated', 'evidence_missing'],
    ],
  ])('%s', (_what, change, expected) => {
    expect(codes(withMaria(change))).toEqual(expected);
  });

  test('denials alone, where the cases allow: a policy that never holds would look the same', () => {
    const denied = withMaria({ verdict: 'DENY', determiningPolicies: ['never-abcdefghij'] });
    expect(judge(denied).refusals).toMatchObject([
      { code: 'evidence_missing', message: expect.stringContaining('No allowed decision about managers') },
    ]);
  });

  test('no case at all', () => {
    expect(codes({ expectations: [], decisions: [] })).toEqual(['no_cases']);
  });

  test('a thousand of one kind are told once', () => {
    const many = Array.from({ length: 1000 }, (_, n) => ({
      ...DENIED,
      requestId: `m-${n}`,
      verdict: 'ALLOW' as const,
    }));
    expect(codes({ decisions: [...QUESTION.decisions, ...many] })).toEqual(['unexpected_allow']);
  });
});

test('a denial of whom and what no case knows is what is expected of it', () => {
  const strangers = [
    { ...DENIED, sub: 'mallory' },
    { ...DENIED, tool: 'Mail___nothing' },
  ];
  expect(codes({ decisions: [...QUESTION.decisions, ...strangers] })).toEqual([]);
});

describe('an override', () => {
  const override = { tool: 'Mail___send', role: 'managers', reason: 'nobody mails in June' };

  test('stands for a missing decision, and is recorded', () => {
    const judged = judge({ decisions: [DENIED], overrides: [override] });
    expect([judged.refusals, judged.evidence.overrides]).toEqual([[], [override]]);
  });

  test('does not stand for an unexpected one', () => {
    const change = { ...withMaria({ verdict: 'DENY', determiningPolicies: [] }), overrides: [override] };
    expect(codes(change)).toEqual(['unexpected_deny']);
  });

  test('of a cell that is in no case is refused', () => {
    expect(codes({ overrides: [{ ...override, role: 'manager' }] })).toEqual(['override_unknown']);
  });
});

describe('expectations', () => {
  const roles = rolesOf({
    people: [
      {
        ...{ username: 'maria', title: 'manager', group: 'managers', tenant: 'acme', email: 'm@example.com' },
        employee: { id: 'E200', name: 'M', leaveDays: 1, salary: 1 },
      },
    ],
    groups: { managers: ['manager'] },
    machines: { manager: ['manager'] },
    resourceServer: 'hr',
  });
  const [maria, machine] = roles;
  const base = { where: 'f:1', tool: 'Mail___send', input: {}, now: 0, because: 'so' };

  test('know people by their group and machines by their name, and each outcome once', () => {
    if (maria === undefined || machine === undefined) throw new Error('two roles');
    const mine = { ...base, who: 'maria', subject: maria.subject };
    const cases = [
      { ...mine, expect: 'allow' as const, by: ['b', 'a'] },
      { ...mine, expect: 'allow' as const, by: ['a', 'b'] },
      { ...mine, expect: 'deny' as const, by: [] },
      { ...base, who: machine.name, subject: machine.subject, expect: 'deny' as const, by: [] },
    ];
    expect(expectationsOf(cases, roles)).toEqual([
      { tool: base.tool, role: 'machine:manager', outcomes: [{ verdict: 'DENY', by: [] }] },
      {
        ...{ tool: base.tool, role: 'managers' },
        outcomes: [
          { verdict: 'ALLOW', by: ['a', 'b'] },
          { verdict: 'DENY', by: [] },
        ],
      },
    ]);
  });

  test('say nothing of cases about claims that nobody of the role has', () => {
    if (maria === undefined) throw new Error('a role');
    const subject = { ...maria.subject, claims: { ...maria.subject.claims, scope: 'hr/other' } };
    const cases = [{ ...base, who: 'maria', subject, expect: 'deny' as const, by: [] }];
    expect([expectationsOf(cases, roles), ownCases(cases, roles)]).toEqual([[], []]);
  });

  test('come of cases that somebody can play: whoever the row names, under the group that a log tells', () => {
    if (maria === undefined) throw new Error('a role');
    const own = { ...base, who: 'maria', subject: maria.subject, expect: 'allow' as const, by: ['a'] };
    const cases = [own, { ...own, who: 'nobody' }];
    expect(ownCases(cases, roles)).toEqual([{ ...own, role: 'managers' }]);
  });
});
