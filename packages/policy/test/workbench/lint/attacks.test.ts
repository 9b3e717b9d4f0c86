/** The attacks that lint rules stand against: what the policy would do, and that the check stops it before. */
import { describe, expect, test } from 'vitest';
import { createPolicyEngine, type Outcome } from '../../../src/index.ts';
import { WORKBENCH_GATEWAY } from '../../../src/workbench/index.ts';
import { NOW } from '../../fixtures.ts';
import { checkWith, right, TOOLS, WRONG } from './samples.ts';

function wrong(name: string): string {
  const found = WRONG.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no such fixture: ${name}`);
  return found.text;
}

type Call = {
  readonly tool: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly args?: Readonly<Record<string, unknown>>;
};

const MAIL = { to: 'b@example.com', subject: 's', amount: 1 };

function decide(texts: readonly string[], { tool, claims = {}, args = {} }: Call): Outcome {
  using engine = createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: texts.map((text, index) => ({
      id: `p${index}`,
      statement: text.replaceAll('{{gateway}}', WORKBENCH_GATEWAY),
      enforcementMode: 'ACTIVE',
    })),
    tools: TOOLS,
  });
  return engine.decide({ principal: { sub: 'u', claims }, tool, args, now: NOW });
}

const isRefused = (name: string): boolean => {
  const { findings } = checkWith([{ name, text: wrong(name) }]);
  return findings.some(({ file }) => file === `${name}.cedar`);
};

/** Permits every call of a tool: the broad permit that a forbid is to narrow. */
const broad = (tool: string): string =>
  `permit(principal, action == AgentCore::Action::"${tool}", resource == AgentCore::Gateway::"{{gateway}}");`;

describe('a permit that lets in who it does not mean', () => {
  const BALANCE = 'Hr___get_balance';
  test.each<[string, string, Call]>([
    ...['notmanager', 'x/manager-readonly', 'gw/managers', 'evil/gw/manager'].map(
      (scope): [string, string, Call] => [
        `CP-07: ${scope}`,
        'substring_match__published',
        { tool: BALANCE, claims: { scope } },
      ],
    ),
    [
      'CP-08: a group named a","manager',
      'like_over_quoted_name__group',
      { tool: BALANCE, claims: { 'cognito:groups': ['a","manager'] } },
    ],
    [
      'CP-08: an object that says it of another',
      'like_over_object__claim',
      { tool: BALANCE, claims: { rights: { of: { someone: { manager: true } } } } },
    ],
    ...['a@evil.com,b@example.com', '"x"<a@evil.com>@example.com', 'a@evil.com\n@example.com'].map(
      (to): [string, string, Call] => [
        `CP-09: ${JSON.stringify(to)}`,
        'like_over_address__domain',
        { tool: 'Mail___send', claims: { scope: 'hr/x' }, args: { ...MAIL, to } },
      ],
    ),
    ['CP-12: anybody', 'permit_all__baseline', { tool: 'Mail___purge' }],
  ])('%s', (_row, name, call) => {
    expect(decide([wrong(name)], call).decision).toBe('ALLOW');
    expect(isRefused(name)).toBe(true);
  });
});

describe('CP-07: the exact form of the published pattern', () => {
  const manager = (scope: string) =>
    decide([right('managers_send_mail')], { tool: 'Mail___send', claims: { scope }, args: MAIL }).decision;
  test.each(['hr/manager', 'hr/manager a', 'a hr/manager', 'a hr/manager b'])('%s is a manager', (scope) => {
    expect(manager(scope)).toBe('ALLOW');
  });
  test.each([
    'notmanager',
    'x/manager-readonly',
    'hr/managers',
    'evil/hr/manager',
    'a hr/manager-readonly b',
    'manager',
  ])('%s is none', (scope) => {
    expect(manager(scope)).toBe('DENY');
  });
});

describe('a forbid that an error takes away: Cedar alone would allow', () => {
  test.each<[string, string, Call]>([
    ['CP-01: an optional argument left out', 'forbid_can_error__field', { tool: 'Mail___send', args: MAIL }],
    ['CP-02: a claim left out', 'forbid_can_error__tag', { tool: 'Hr___get_balance' }],
    ['CP-02: a claim left out of an unless', 'forbid_can_error__tag_unless', { tool: 'Hr___get_balance' }],
    [
      'CP-03: a product that overflows',
      'forbid_can_error__arithmetic',
      { tool: 'Mail___send', args: { ...MAIL, amount: 900_719_925_474_099_100 } },
    ],
    [
      'CP-06: a text that is no date',
      'forbid_can_error__datetime_of_text',
      { tool: 'Mail___send', args: { ...MAIL, subject: 'garbage' } },
    ],
  ])('%s', (_row, name, call) => {
    expect(decide([broad(call.tool), wrong(name)], call).awsWouldDecide).toBe('ALLOW');
    expect(isRefused(name)).toBe(true);
  });

  test('CP-03: strict validation sees no overflow, so the rule is what finds it', () => {
    const [source] = WRONG.filter(({ name }) => name === 'forbid_can_error__arithmetic');
    const { findings } = checkWith(source === undefined ? [] : [source]);
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('overflows')]);
  });
});
