/** The declared domain: which values each form of a condition puts into it. */
import { describe, expect, test } from 'vitest';
import { domainOf } from '../../../src/workbench/domain/domain-of.ts';
import type { Probe } from '../../../src/workbench/model/domain.ts';
import { tool } from '../../fixtures.ts';
import { policy, role } from './support.ts';

const ALL = tool('T___x', {
  n: 'i',
  m: 'i?',
  s: 's',
  maybe: 's?',
  r: 'n',
  flag: 'b?',
  list: { type: 'array', items: { type: 'string' } },
  o: { type: 'object', properties: { deep: { type: 'integer' } } },
});
const TOOL = { ...ALL, inputSchema: { ...ALL.inputSchema, required: ['n', 's', 'r', 'list'] } };
const EVE = role('eve', { scope: 'hr/read openid', employee_id: 'E1', groups: ['a'] });
const MACHINE = role('machine:m', { scope: 'hr/read' });

const probesFor = (
  condition: string,
  options: { limit?: number; variants?: boolean } = {},
): readonly Probe[] => {
  const policies = [policy('p', 'permit', 'T___x', `when { ${condition} }`)];
  return [...domainOf({ policies, tools: [TOOL], roles: [EVE, MACHINE], ...options }).probes()];
};

const inputs = (condition: string, name: string): readonly unknown[] => [
  ...new Set(probesFor(condition).map(({ input }) => JSON.stringify(input[name]))),
];
const claims = (condition: string, name: string): readonly unknown[] => [
  ...new Set(
    probesFor(condition)
      .filter((probe) => probe.role === 'eve')
      .map(({ subject }) => JSON.stringify(subject.claims[name])),
  ),
];
const times = (condition: string): readonly string[] => [
  ...new Set(probesFor(condition).map(({ now }) => new Date(now).toISOString())),
];

const json = (values: readonly unknown[]): unknown[] => values.map((value) => JSON.stringify(value));

const MAX = Number.MAX_SAFE_INTEGER;

describe('arguments', () => {
  test.each([
    ['context.input.n >= 10', 'n', [9, 10, 11]],
    ['10 > context.input.n', 'n', [9, 10, 11]],
    ['context.input.n == -3', 'n', [-4, -3, -2]],
    ['context.input.n + 5 > 10', 'n', [4, 5, 6]],
    ['20 - context.input.n > 10', 'n', [9, 10, 11]],
    ['-context.input.n > 10', 'n', [-9, -10, -11]],
    ['context.input.n * 100 > 1000', 'n', [9, 10, 11, MAX, -MAX]],
    ['context.input.n > 2 * 5', 'n', [9, 10, 11]],
    ['context.input.s == "a"', 's', ['a', 'ax', 'xa']],
    ['context.input.s != "a"', 's', ['a', 'ax', 'xa']],
    ['context.input.s like "a*"', 's', ['a', 'ax', 'xa']],
    ['context.input.s like "a*b"', 's', ['ab', 'axb', 'xab', 'abx', 'a', 'b']],
    ['["a", "b"].contains(context.input.s)', 's', ['a', 'b', 'ax', 'bx']],
    ['decimal(context.input.s).lessThan(decimal("1.5"))', 's', ['1.4999', '1.5000', '1.5001', 'text']],
    ['context.input.r.lessThan(decimal("1.5"))', 'r', [1.4999, 1.5, 1.5001]],
    ['context.input has maybe', 'maybe', [undefined, 'text']],
    ['context.input has flag && context.input.flag', 'flag', [undefined, true, false]],
    ['context.input has flag && context.input.flag == true', 'flag', [undefined, true, false]],
    ['context.input.list.contains("a")', 'list', [[], ['a'], ['ax'], ['a', 'ax']]],
    ['context.input.list.containsAll(["a", "b"])', 'list', [[], ['a'], ['b'], ['a', 'b'], ['a', 'b', 'ax']]],
    ['context.input.list.isEmpty()', 'list', [[], ['text']]],
    [
      'context.input has o.deep && context.input.o.deep == 3',
      'o',
      [undefined, {}, { deep: 2 }, { deep: 3 }, { deep: 4 }],
    ],
    ['(if context.input.n > 5 then context.input.r else context.input.r) == decimal("2.0")', 'n', [4, 5, 6]],
    ['context.input.s == principal.getTag("employee_id")', 's', ['E1', 'E1x', 'text']],
    ['context.input.s == principal.id', 's', ['eve', 'evex', 'text']],
    ['context.input.n < context.input.m', 'n', [1, 2, 0]],
  ] as const)('%s', (condition, name, expected) => {
    expect(inputs(condition, name)).toEqual(expect.arrayContaining(json(expected)));
  });

  test('a required argument is always there, one that nothing reads is left out', () => {
    const names = probesFor('context.input.n > 1 && context.input has maybe').map(({ input }) =>
      Object.keys(input).toSorted().join(),
    );
    expect(new Set(names)).toEqual(new Set(['list,n,r,s', 'list,maybe,n,r,s']));
  });

  test('a constant of another type than the argument is no value of it', () => {
    expect(inputs('context.input.s == 5', 's')).toEqual(json(['text']));
  });
});

describe('claims', () => {
  const SCOPE =
    'principal.hasTag("scope") && (principal.getTag("scope") == "hr/x" || principal.getTag("scope") like "* hr/x *")';

  test.each([
    ['principal.hasTag("employee_id")', 'employee_id', ['E1', undefined]],
    ['principal.hasTag("dep") && principal.getTag("dep") == "HR"', 'dep', [undefined, 'HR', 'HRx', 'xHR']],
    ['principal.hasTag("dep") && principal.getTag("dep") like "H*"', 'dep', [undefined, 'H', 'Hx', 'xH']],
    [SCOPE, 'scope', ['hr/x', 'hr/x x', 'x hr/x', 'x hr/x x', undefined]],
    [SCOPE, 'scope', ['hr/xx', 'xhr/x', 'hr/x-readonly', 'x xhr/x x', 'x hr/xx x']],
    [SCOPE, 'scope', ['hr/read openid', 'hr/read openid hr/x']],
    ['principal.getTag("scope") like "*hr/read*"', 'scope', ['openid', 'hr/read openid']],
    [
      'principal.getTag("groups") like "*\\"admins\\"*"',
      'groups',
      [['a'], ['admins'], ['x', 'admins'], ['x","admins']],
    ],
    ['principal.getTag("a") == principal.getTag("employee_id")', 'a', ['E1', 'E1x', undefined]],
  ] as const)('%s: %s', (condition, name, expected) => {
    expect(claims(condition, name)).toEqual(expect.arrayContaining(json(expected)));
  });

  test('each role comes as it is, without a variant', () => {
    const plain = probesFor(SCOPE).filter(({ variant }) => variant === undefined);
    expect(plain.map((probe) => [probe.role, probe.subject])).toEqual([
      ['eve', EVE.subject],
      ['machine:m', MACHINE.subject],
    ]);
  });

  test('a claim is given to a role that has none', () => {
    const machine = probesFor('principal.hasTag("employee_id")').filter(
      (probe) => probe.role === 'machine:m',
    );
    expect(machine.map(({ variant }) => variant)).toEqual([undefined, 'employee_id = "E1"']);
  });

  test('words of policies about other tools are added too', () => {
    const other = tool('T___y', {});
    const policies = [
      policy('p', 'permit', 'T___x', 'when { principal.getTag("scope") == "one" }'),
      policy('q', 'permit', 'T___y', 'when { principal.getTag("scope") == "two" }'),
    ];
    const probes = [...domainOf({ policies, tools: [TOOL, other], roles: [EVE] }).probes()];
    const ofX = probes.filter((probe) => probe.tool === 'T___x').map(({ variant }) => variant);
    expect(ofX).toEqual(expect.arrayContaining(['scope +one', 'scope +two']));
  });

  test('a principal that a scope names, and another', () => {
    const named = policy('p', 'permit', 'T___x', '', 'principal == AgentCore::OAuthUser::"u-9"');
    const probes = [...domainOf({ policies: [named], tools: [TOOL], roles: [EVE] }).probes()];
    expect(probes.map(({ subject }) => subject.sub)).toEqual(['eve', 'u-9', 'u-9x']);
  });

  test('without variants every role is only as it is', () => {
    const probes = probesFor(`${SCOPE} && context.input.n > 1`, { variants: false });
    expect(probes.map(({ role: name, input }) => [name, input['n']])).toEqual([
      ...[1, 0, 2].map((n) => ['eve', n]),
      ...[1, 0, 2].map((n) => ['machine:m', n]),
    ]);
  });
});

describe('the clock', () => {
  test.each([
    [
      'context.system.now < datetime("2026-11-22T11:00:00Z")',
      ['2026-11-22T10:59:59.999Z', '2026-11-22T11:00:00.000Z', '2026-11-22T11:00:00.001Z'],
    ],
    [
      'context.system.now < datetime("2026-11-22T11:00:00+0200")',
      ['2026-11-22T08:59:59.999Z', '2026-11-22T09:00:00.000Z'],
    ],
    [
      'context.system.now.toTime() >= duration("8h30m")',
      ['2026-01-15T08:29:59.999Z', '2026-01-15T08:30:00.000Z', '2026-01-15T08:30:00.001Z'],
    ],
    ['context.system.now.toTime().toHours() >= 8', ['2026-01-15T07:59:59.999Z', '2026-01-15T08:00:00.000Z']],
    ['context.system.now.offset(duration("1h")).toTime() < duration("9h")', ['2026-01-15T08:00:00.000Z']],
    [
      'context.system.now.toDate() == datetime("2026-11-22")',
      ['2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z', '2026-11-21T23:59:59.999Z'],
    ],
    [
      'context.system.now.durationSince(datetime("2026-11-22")) < duration("1d")',
      ['2026-11-23T00:00:00.000Z', '2026-11-22T23:59:59.999Z'],
    ],
    [
      'context.system.now > datetime("2026-11-22") && context.system.now.toTime() < duration("8h")',
      ['2026-11-22T08:00:00.000Z', '2026-11-23T07:59:59.999Z'],
    ],
    ['context.input.n > 1', ['2026-01-15T12:00:00.000Z']],
  ])('%s', (condition, expected) => {
    expect(times(condition)).toEqual(expect.arrayContaining(expected));
  });
});

describe('the walk', () => {
  const MANY = ['n', 's', 'r', 'maybe', 'list']
    .map((name) => `context.input has ${name} && context.input.${name} == context.input.${name}`)
    .join(' && ');
  const WIDE = `context.input.n > 1 && context.input.s like "a*b" && context.input.r.lessThan(decimal("1.0")) &&
    principal.hasTag("scope") && principal.getTag("scope") == "w" && principal.getTag("a") == "b"`;
  const domain = (limit?: number) =>
    domainOf({
      policies: [policy('p', 'permit', 'T___x', `when { ${WIDE} }`)],
      tools: [TOOL],
      roles: [EVE, MACHINE],
      ...(limit === undefined ? {} : { limit }),
    });

  test('is the same each time, and as long as it says', () => {
    const one = domain();
    const [first, second] = [[...one.probes()], [...one.probes()]];
    expect(second).toEqual(first);
    expect([...domain().probes()]).toEqual(first);
    expect(first).toHaveLength(one.size);
  });

  test('whole: every value with every other', () => {
    const probes = probesFor('context.input.n > 1 && context.input.s == "a"', { variants: false });
    const seen = probes
      .filter(({ role: name }) => name === 'eve')
      .map(({ input }) => `${input['n']}${input['s']}`);
    expect(seen.toSorted()).toEqual(
      [0, 1, 2].flatMap((n) => ['a', 'ax', 'text', 'xa'].map((s) => `${n}${s}`)),
    );
  });

  test('above the limit: not more than that, what is allowed among it, and it is said', () => {
    const small = domain(1500);
    expect(small.size).toBeLessThanOrEqual(1500);
    expect(small.unexplored.some((one) => one.includes('T___x'))).toBe(true);
    const allowed = [...small.probes()].filter(
      ({ subject, input }) =>
        /(^| )w( |$)/.test(String(subject.claims['scope'])) &&
        subject.claims['a'] === 'b' &&
        Number(input['n']) > 1 &&
        /^a.*b$/.test(String(input['s'])) &&
        Number(input['r']) < 1,
    );
    expect(allowed.length).toBeGreaterThan(0);
  });

  test('below the limit nothing is said of combinations', () => {
    const policies = [policy('p', 'permit', 'T___x', 'when { context.input.n > 1 }')];
    const { unexplored } = domainOf({ policies, tools: [TOOL], roles: [EVE] });
    expect(unexplored.filter((one) => /combinations/i.test(one))).toEqual([]);
    expect(unexplored.length).toBeGreaterThan(0);
  });

  test('a condition that is not understood is named', () => {
    const policies = [policy('odd', 'permit', 'T___x', 'when { context.input.n + context.input.n > 3 }')];
    const { unexplored } = domainOf({ policies, tools: [TOOL], roles: [EVE] });
    expect(unexplored.some((one) => one.includes('odd'))).toBe(true);
  });

  test('a tool that no policy mentions has one request a role', () => {
    const probes = [...domainOf({ policies: [], tools: [TOOL], roles: [EVE, MACHINE] }).probes()];
    expect(probes.map((probe) => probe.role)).toEqual(['eve', 'machine:m']);
  });

  test('policies about another gateway say nothing here', () => {
    const elsewhere = policy(
      'p',
      'permit',
      'T___x',
      'when { context.input.n > 7 }',
      undefined,
      'g-elsewhere12',
    );
    expect([...domainOf({ policies: [elsewhere], tools: [TOOL], roles: [EVE] }).probes()]).toHaveLength(1);
  });

  test('a deep condition is read without recursion trouble', () => {
    expect(probesFor(MANY, { limit: 100 }).length).toBeGreaterThan(0);
  });
});
