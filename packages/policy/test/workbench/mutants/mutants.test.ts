/** Mutants: what is made of a policy, who is killed, who survives with the case that is missing, and who is equivalent. */
import { describe, expect, test } from 'vitest';
import {
  type DecisionCase,
  type Domain,
  killingCase,
  type PolicyFile,
  type Probe,
  readCases,
  runCases,
  runMutants,
} from '../../../src/workbench/index.ts';
import { mutantsOf } from '../../../src/workbench/mutants/mutants-of.ts';
import { cases, names, policy, ROLES, TOOLS } from '../cases/small-set.ts';

const SCOPE = 'principal.getTag("scope")';
const whats = (file: PolicyFile) => mutantsOf(file).mutants.map(({ what }) => what);

const probe = (
  role: string,
  input: Probe['input'],
  claims: Readonly<Record<string, unknown>> = {},
): Probe => ({
  role,
  subject: { sub: role, claims: { ...ROLES.find(({ name }) => name === role)?.subject.claims, ...claims } },
  tool: 'T___send',
  input,
  now: Date.UTC(2026, 10, 23, 10),
});

const domain = (...probes: readonly Probe[]): Domain => ({
  size: probes.length,
  probes: () => probes,
  unexplored: ['A sentence.'],
});

const run = (policies: readonly PolicyFile[], rows: readonly DecisionCase[], within: Domain) =>
  runMutants({ policies, tools: TOOLS, cases: rows, domainOf: () => within });

describe('what is made of a policy', () => {
  test('effect and scope', () => {
    expect(whats(policy('p', 'permit'))).toEqual([
      'policy dropped',
      'permit becomes forbid',
      'any principal',
      'every tool of T',
      'any action',
      'any gateway',
    ]);
  });

  test('an action of a list is left out', () => {
    const scope = 'action in [AgentCore::Action::"T___send", AgentCore::Action::"T___read"]';
    expect(whats(policy('p', 'forbid', '', scope))).toEqual(
      expect.arrayContaining(['T___send left out', 'T___read left out', 'every tool of T']),
    );
  });

  test('each condition: true, false, negated; guards by name; clauses; && and ||', () => {
    const file = policy(
      'p',
      'permit',
      `when { principal.hasTag("scope") && ${SCOPE} like "a*" }\nunless { context.input has n }`,
    );
    expect(whats(file).slice(6)).toEqual([
      'when dropped',
      'when becomes unless',
      'unless dropped',
      'unless becomes when',
      'guard principal.hasTag("scope") dropped (true)',
      'principal.hasTag("scope") becomes false',
      'principal.hasTag("scope") negated',
      `${SCOPE} like "a*" dropped (true)`,
      `${SCOPE} like "a*" becomes false`,
      `${SCOPE} like "a*" negated`,
      'guard context.input has n dropped (true)',
      'context.input has n becomes false',
      'context.input has n negated',
      `… && ${SCOPE} like "a*" becomes … || ${SCOPE} like "a*"`,
      `${SCOPE} like "a*" becomes ${SCOPE} like "*a*"`,
      `${SCOPE} like "a*" becomes ${SCOPE} like "*"`,
    ]);
  });

  test.each([
    ['context.input.n <= 10', ['n < 10', 'n > 10', 'n >= 10', 'n == 10', 'n != 10', 'n <= 9', 'n <= 11']],
    ['context.input.n > -1', ['n >= -1', 'n < -1', 'n <= -1', 'n == -1', 'n != -1', 'n > -2', 'n > 0']],
    ['context.input.to == "x"', ['to != "x"', 'to like "*x*"']],
    ['context.input.to != "x"', ['to == "x"']],
    ['context.input.to like "a b"', ['to like "*a b"', 'to like "a b*"', 'to like "*"']],
    ['context.input.to like "a*b"', ['to like "*a*b"', 'to like "a*b*"', 'to like "*b"', 'to like "a*"']],
  ])('%s becomes each neighbour', (condition, after) => {
    const of = whats(policy('p', 'permit', `when { ${condition} }`));
    const plain = (text: string): string => text.replaceAll(/[()]/g, '');
    expect(
      of.filter((what) => what.startsWith('context') && / becomes context/.test(what)).map(plain),
    ).toEqual(after.map((one) => plain(`${condition} becomes context.input.${one}`)));
  });

  test.each([
    ['[1, 2].containsAll([3])', 'containsAny'],
    ['decimal("1.5").lessThan(decimal("2.5"))', 'lessThanOrEqual'],
  ])('%s is mixed up with its neighbour', (condition, other) => {
    expect(whats(policy('p', 'permit', `when { ${condition} }`)).join('\n')).toContain(`.${other}(`);
  });

  test('one that is the policy itself or another mutant is not made', () => {
    const { mutants } = mutantsOf(
      policy('p', 'permit', 'when { context.input.n < 1 && context.input.n < 1 }'),
    );
    const texts = mutants.map(({ mutated }) => mutated?.statement);
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('each has the line of what it changes', () => {
    const { mutants } = mutantsOf(
      policy('p', 'permit', 'when {\n  context.input.n > 0 &&\n  context.input.n < 9\n}'),
    );
    expect(mutants.find(({ what }) => what.startsWith('context.input.n > 0 becomes false'))?.line).toBe(4);
    expect(mutants.find(({ what }) => what.endsWith('context.input.n < 8'))?.line).toBe(5);
    expect(mutants.find(({ what }) => what === 'any action')?.line).toBe(2);
  });

  test('an integer that the JSON form loses is said, not mutated', () => {
    const { mutants, skipped } = mutantsOf(
      policy('p', 'permit', 'when { context.input.n < 9007199254740993 }'),
    );
    expect(mutants).toEqual([]);
    expect(skipped).toEqual(['p: it has an integer beyond 2^53']);
  });
});

const BOSS = policy('boss', 'permit', `when { ${SCOPE} == "a boss" || ${SCOPE} like "* boss *" }`);
const NO_DEV = policy('no_dev', 'forbid', `when { ${SCOPE} like "*dev*" }`);
const SET = [BOSS, NO_DEV];

describe('CP-28 a weak table', () => {
  const rows = ['who: boss, expect: allow, by: [boss]', 'who: dev, expect: deny, by: [no_dev]'];
  const within = domain(
    probe('boss', { to: 'x' }),
    probe('boss', { to: 'x' }, { scope: 'my bossy' }),
    probe('boss', { to: 'x' }, { scope: 'a boss b' }),
    probe('boss', { to: 'x' }, { scope: 'a bossa boss' }),
  );
  const report = run(SET, cases(SET, rows), within);
  const survivor = (what: string) => report.survivors.find(({ mutant }) => mutant.what === what);

  test('lets mutants live, and each is named with the case that kills it', () => {
    const weaker = survivor(`${SCOPE} == "a boss" becomes ${SCOPE} like "*a boss*"`);
    expect(weaker?.mutant).toMatchObject({ policy: 'boss', line: 3 });
    expect(weaker && killingCase(weaker, ROLES)).toBe(
      [
        '- who: { role: boss, claims: { scope: a bossa boss } }',
        '  tool: T___send',
        '  input: { to: x }',
        '  expect: deny',
        '  by: []',
        `  because: boss says so; with "${SCOPE} == "a boss" becomes ${SCOPE} like "*a boss*"" it would not.`,
      ].join('\n'),
    );
  });

  test('kills every survivor once the cases it is told are in it', () => {
    const text = ['about: Told.', 'cases:', ...report.survivors.map((one) => killingCase(one, ROLES))].join(
      '\n',
    );
    const told = readCases({ file: 'told.yaml', text }, names(SET));
    const more = [...cases(SET, rows), ...(told.ok ? told.value : [])];
    expect(report.survivors.length).toBeGreaterThan(3);
    expect(runCases(SET, TOOLS, more).every(({ passed }) => passed)).toBe(true);
    expect(run(SET, more, within).survivors).toEqual([]);
  });

  test('has every mutant in one of the three heaps', () => {
    const { total, killed, equivalent, survivors, made } = report;
    expect(killed + equivalent.length + survivors.length).toBe(total);
    expect([...made.values()].reduce((sum, one) => sum + one)).toBe(total);
  });
});

test('a mutant is killed by other determining policies alone', () => {
  const also = policy('also', 'permit');
  const report = run(
    [BOSS, also],
    cases([BOSS, also], ['who: boss, expect: allow, by: [also, boss]']),
    domain(),
  );
  expect(
    [...report.equivalent, ...report.survivors].map((one) => ('what' in one ? one.what : '')),
  ).not.toContain('policy dropped');
});

test('a mutant that cannot be evaluated is killed by the case that sees it', () => {
  const file = policy('p', 'permit', `when { principal.hasTag("x") && principal.getTag("x") == "1" }`);
  const guard = 'guard principal.hasTag("x") dropped (true)';
  const rows = cases([file], ['who: boss, expect: deny, by: []']);
  const left = (some: readonly DecisionCase[]) => run([file], some, domain(probe('boss', { to: 'x' })));
  expect(left([]).survivors.map(({ mutant }) => mutant.what)).toContain(guard);
  expect(left(rows).survivors).toEqual([]);
  expect(left(rows).equivalent.map(({ what }) => what)).not.toContain(guard);
});

test('nothing of the domain that differs: equivalent, and the report says how far it looked', () => {
  const report = run([BOSS], [], domain(probe('dev', { to: 'x' }), probe('dev', { to: 'y' })));
  expect(report.equivalent.map(({ what }) => what)).toContain('policy dropped');
  expect(report.survivors.map(({ mutant }) => mutant.what)).toContain('when dropped');
  expect(report.domain).toEqual({ size: 2, walked: 2, unexplored: ['A sentence.'] });
});

test('the other effect of a policy that holds is a difference', () => {
  const { survivors } = run([policy('p', 'permit')], [], domain(probe('boss', { to: 'x' })));
  expect(survivors.map(({ mutant }) => mutant.what)).toContain('permit becomes forbid');
});

test('a mutant of one tool is not looked for in requests of another', () => {
  const elsewhere = { ...probe('boss', {}), tool: 'T___read' };
  const { survivors } = run([policy('p', 'permit')], [], domain(elsewhere));
  expect(survivors.map(({ mutant }) => mutant.what)).toEqual(['every tool of T', 'any action']);
});

test('where the original itself errs no case is offered as one', () => {
  const file = policy('p', 'permit', `when { ${SCOPE} == "a boss" }`);
  const [first] = run([file], [], domain(probe('boss', { to: 'x' }, { scope: null }))).survivors;
  expect(first && killingCase(first, ROLES)).toMatch(/^# .*p could not be evaluated.*\n# - who: /);
});
