/** The policies of the stack: their form, and who may call and see what. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { cedarSchemaFor, checkPolicyStatement, createPolicyEngine, validateStatement } from '../src/index.ts';
import {
  APPROVE,
  BALANCE,
  GATEWAY_ARN,
  MAIL,
  NOW,
  REPORT,
  REQUEST,
  SALARY,
  STACK_TOOLS,
  stackPolicies,
} from './fixtures.ts';

const schema = cedarSchemaFor(STACK_TOOLS);

describe('form of the files', () => {
  test('the set is exactly this', () => {
    expect(stackPolicies.map(({ id }) => id).toSorted()).toEqual([
      'admins_read_salaries',
      'developers_no_mail',
      'developers_no_records',
      'managers_approve_leave',
      'managers_send_mail',
      'own_leave_balance',
      'own_leave_request',
      'reports_for_developers',
      'reports_for_readers',
    ]);
  });

  test.each(stackPolicies)('$id: name, header, rules of AgentCore, strict validation', (policy) => {
    expect(policy.id).toMatch(/^[A-Za-z][A-Za-z0-9_]{0,47}$/);
    expect(policy.statement).toMatch(/^\/\/ Intent: .+\n\/\/ Owner: .+\n\/\/ Reason: .+\n/);
    expect(checkPolicyStatement(policy.statement)).toEqual({ ok: true, value: true });
    expect(validateStatement(policy.statement, schema)).toEqual([]);
  });

  test('the README lists each file', () => {
    const readme = readFileSync(new URL('../../../policies/README.md', import.meta.url), 'utf8');
    expect([...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).toSorted()).toEqual(
      stackPolicies.map(({ id }) => id).toSorted(),
    );
  });
});

const engine = createPolicyEngine({ gatewayArn: GATEWAY_ARN, policies: stackPolicies, tools: STACK_TOOLS });
afterAll(() => engine.dispose());

const ARGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [REPORT]: { title: 'Q3', data: 'a,b' },
  [MAIL]: { markdown_content: '# Hi', recipient_email: 'eve@example.com' },
  [BALANCE]: { employee_id: 'E100' },
  [REQUEST]: { start_date: '2026-12-01', days: 3 },
  [APPROVE]: { request_id: 'r-1' },
  [SALARY]: { employee_id: 'E100' },
};

const person = (scope: string) => ({ scope, employee_id: 'E100' });
const decide = (claims: Readonly<Record<string, unknown>>, name: string, args = ARGS[name] ?? {}) =>
  engine.decide({ principal: { sub: 'u-1', claims }, tool: name, args, now: NOW });

type Row = {
  readonly role: string;
  readonly claims: Record<string, string>;
  readonly may: readonly string[];
};

const ROLES: readonly Row[] = [
  { role: 'employee', claims: person('hr/invoke hr/read hr/write'), may: [REPORT, BALANCE, REQUEST] },
  { role: 'contractor', claims: person('hr/invoke hr/read'), may: [REPORT, BALANCE] },
  {
    role: 'manager',
    claims: person('hr/invoke hr/read hr/write hr/manager'),
    may: [REPORT, MAIL, BALANCE, REQUEST, APPROVE],
  },
  { role: 'developer', claims: person('hr/invoke hr/read hr/developer'), may: [REPORT] },
  {
    role: 'admin',
    claims: person('hr/invoke hr/read hr/write hr/admin'),
    may: [REPORT, BALANCE, REQUEST, SALARY],
  },
  { role: 'machine of managers', claims: { scope: 'hr/invoke hr/manager' }, may: [MAIL] },
  { role: 'machine of developers', claims: { scope: 'hr/invoke hr/developer' }, may: [REPORT] },
  {
    role: 'manager who is also a developer',
    claims: person('hr/developer hr/read hr/write hr/manager'),
    may: [REPORT],
  },
  { role: 'someone with hr/invoke only', claims: person('hr/invoke'), may: [] },
  { role: 'someone without a scope', claims: { employee_id: 'E100' }, may: [] },
];

describe.each(ROLES)('$role', ({ claims, may }) => {
  test.each(STACK_TOOLS.map(({ name }) => name))('%s', (name) => {
    const outcome = decide(claims, name);
    expect(outcome.decision).toBe(may.includes(name) ? 'ALLOW' : 'DENY');
    expect(outcome.mismatchedPolicies).toEqual([]);
  });

  test('sees exactly what it may call', () => {
    expect(engine.visibleTools({ principal: { sub: 'u-1', claims }, now: NOW })).toEqual(may);
  });
});

test.each([
  { tool: MAIL, policy: 'developers_no_mail' },
  { tool: SALARY, policy: 'developers_no_records' },
])('a developer is refused $tool by $policy, whatever else they are', ({ tool, policy }) => {
  const outcome = decide(person('hr/read hr/manager hr/admin hr/developer'), tool);
  expect(outcome.reason).toBe(`Policy evaluation denied due to ${policy}`);
  expect(outcome.determiningPolicies).toEqual([policy]);
});

test.each([
  [-1, 'DENY'],
  [0, 'DENY'],
  [1, 'ALLOW'],
  [10, 'ALLOW'],
  [11, 'DENY'],
] as const)('%i days of leave: %s', (days, verdict) => {
  const args = { start_date: '2026-12-01', days };
  expect(decide(person('hr/write'), REQUEST, args).decision).toBe(verdict);
});

/** The scope that a tool asks for, and what is not that scope though it holds its letters. */
const LOOK_ALIKES = [
  'hr/readonly',
  'xhr/read',
  'hr/reader hr/reading',
  'evil/hr/read',
  'evil/hr/manager',
  'hr/managers',
  'hr/manager-readonly',
  'hr/notmanager',
  'HR/READ',
  'hr/invoke\thr/read',
  'hr/read\n',
  'hr/manager\u00a0hr/read',
  '["hr/read"]',
  'hr/*',
  '*',
];

test.each(LOOK_ALIKES)('the scope %j opens nothing and shows nothing', (scope) => {
  const verdicts = STACK_TOOLS.map(({ name }) => decide(person(scope), name).decision);
  expect(new Set(verdicts)).toEqual(new Set(['DENY']));
  expect(engine.visibleTools({ principal: { sub: 'u-1', claims: person(scope) } })).toEqual([]);
});

test.each(['hr/read', 'hr/read x', 'x hr/read', 'x hr/read y'])('the scope is found in %j', (scope) => {
  expect(decide(person(scope), REPORT).decision).toBe('ALLOW');
});

test('a scope in an array is not a scope of a space-separated list', () => {
  expect(decide({ scope: ['hr/read'], employee_id: 'E100' }, REPORT).decision).toBe('DENY');
});
