/** What can end in an error: what the analysis says, beside what Cedar's own evaluation and validation say. */
import { describe, expect, test } from 'vitest';
import { createPolicyEngine } from '../../../src/index.ts';
import { conditionsOf } from '../../../src/workbench/lint/expression.ts';
import { hazardsOf, requiredBy } from '../../../src/workbench/lint/hazards.ts';
import { parsePolicyFile, WORKBENCH_GATEWAY } from '../../../src/workbench/model/policy-file.ts';
import { NOW, tool } from '../../fixtures.ts';

const TOOL = tool('T___x', {
  n: 'i',
  s: 's',
  o: 's?',
  deep: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } }, required: ['a'] },
});

const forbid = (conditions: string): string =>
  `forbid(principal is AgentCore::OAuthUser, action == AgentCore::Action::"T___x", resource == AgentCore::Gateway::"${WORKBENCH_GATEWAY}") ${conditions};`;

function kindsOf(conditions: string): readonly string[] {
  const parsed = parsePolicyFile({ name: 'p', text: forbid(conditions) });
  if (!parsed.ok) throw new Error(parsed.error);
  return hazardsOf(conditionsOf(parsed.value.policy), requiredBy([TOOL])).map(({ kind }) => kind);
}

/** Calls that differ in what they leave out, and in numbers that overflow. */
const CALLS = [undefined, 'v'].flatMap((tag) =>
  [undefined, 'v'].flatMap((o) =>
    [1, Number.MAX_SAFE_INTEGER].flatMap((n) =>
      [{ a: 'v' }, { a: 'v', b: 'v' }].map((deep) => ({ tag, args: { n, s: 'v', o, deep } })),
    ),
  ),
);

/** Whether Cedar's evaluation of the policy ends in an error for one of the calls. */
function fails(conditions: string): boolean {
  using engine = createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: [{ id: 'p', statement: forbid(conditions), enforcementMode: 'ACTIVE' }],
    tools: [TOOL],
  });
  return CALLS.some(({ tag, args }) => {
    const principal = { sub: 'u', claims: { u: 'v', ...(tag === undefined ? {} : { t: tag }) } };
    return engine.decide({ principal, tool: TOOL.name, args, now: NOW }).mismatchedPolicies.length > 0;
  });
}

const TAG = 'principal.getTag("t") == "v"';
const HAS = 'principal.hasTag("t")';

describe('nothing can fail', () => {
  test.each([
    ['no condition', ''],
    ['a guard before', `when { ${HAS} && ${TAG} }`],
    ['a guard far before', `when { ${HAS} && context.input.n > 1 && (context.input.s == "x" || ${TAG}) }`],
    ['a guard in a condition before', `when { ${HAS} } when { ${TAG} }`],
    ['a guard that an unless leaves', `unless { !${HAS} } when { ${TAG} }`],
    ['a guard that fails', `when { !${HAS} || ${TAG} }`],
    ['a guard turned twice', `when { !(!${HAS}) && ${TAG} }`],
    ['a guard by if', `when { if ${HAS} then ${TAG} else false }`],
    ['the other way of if', `when { if !${HAS} then true else ${TAG} }`],
    ['both ways give the guard', `when { (if context.input.n > 1 then ${HAS} else ${HAS}) && ${TAG} }`],
    ['a guard of either kind', `when { (${HAS} && context.input.n > 1 || ${HAS}) && ${TAG} }`],
    ['an optional argument', 'when { context.input has o && context.input.o == "x" }'],
    ['an optional argument by a path', 'when { context has input.o && context.input.o == "x" }'],
    ['a member of a member', 'when { context.input has deep.b && context.input.deep.b == "x" }'],
    ['a required member', 'when { context.input.deep.a == "x" }'],
    ['a required argument', 'when { context.input.s == "x" && context.input.n < 10 }'],
    ['arithmetic on constants', 'when { context.input.n < 10 * 60 }'],
    ['arithmetic up to the end of the range', 'when { context.input.n < 9007199254740991 * 1024 + 1023 }'],
    ['literals', 'when { context.system.now > datetime("2026-01-01") }'],
    [
      'a time moved a little',
      'when { context.system.now.offset(duration("-8h")).toTime() > duration("1h") }',
    ],
    ['principal.id', 'when { principal.id == "u" }'],
  ])('%s', (_what, conditions) => {
    expect(kindsOf(conditions)).toEqual([]);
    expect(fails(conditions)).toBe(false);
  });
});

describe('something can fail, and does', () => {
  test.each([
    ['CP-01: an optional argument', 'when { context.input.o == "x" }', ['field']],
    ['CP-02: a tag', `when { ${TAG} }`, ['tag']],
    ['CP-02: a tag in an unless', `unless { ${TAG} }`, ['tag']],
    ['CP-03: a product', 'when { context.input.n * 9007199254740991 > 5 }', ['arithmetic']],
    [
      'CP-03: a sum of a product',
      'when { 1 + context.input.n * 9007199254740991 > 5 }',
      ['arithmetic', 'arithmetic'],
    ],
    ['a sum of constants', 'when { context.input.n > 9007199254740991 * 1024 + 1024 }', ['arithmetic']],
    [
      'a difference of constants, behind a condition',
      'when { context.input.n == 2 || context.input.n > -9007199254740991 * 1024 - 1025 }',
      ['arithmetic'],
    ],
    [
      'a time moved out of range',
      'when { context.system.now.offset(duration("106751991166d")) > context.system.now }',
      ['arithmetic'],
    ],
    ['the guard of another tag', 'when { principal.hasTag("u") && principal.getTag("t") == "v" }', ['tag']],
    ['the guard behind', `when { ${TAG} && ${HAS} }`, ['tag']],
    ['the guard on one way only', `when { (${HAS} || context.input.n > 0) && ${TAG} }`, ['tag']],
    ['a guard that must fail', `when { !${HAS} && ${TAG} }`, ['tag']],
    ['a guard forgotten behind `||`', `when { (${HAS} && context.input.n > 99) || ${TAG} }`, ['tag']],
    ['a guard that an unless takes away', `unless { ${HAS} } when { ${TAG} }`, ['tag']],
    ['the guard on one way of if', `when { if ${HAS} then true else ${TAG} }`, ['tag']],
    [
      'the guard of the whole, not of the member',
      'when { context.input has deep && context.input.deep.b == "x" }',
      ['field'],
    ],
    ['the guard of another member', 'when { context.input has s && context.input.o == "x" }', ['field']],
    ['an optional argument in a set', 'when { [context.input.o].contains("x") }', ['field']],
  ])('%s', (_what, conditions, kinds) => {
    expect(kindsOf(conditions)).toEqual(kinds);
    expect(fails(conditions)).toBe(true);
  });
});

describe('what the type of an argument decides is not left to a run', () => {
  test.each([
    ['`in` on text', 'when { context.input.s in resource }', ['membership']],
    ['`in` on a tag', `when { ${HAS} && principal.getTag("t") in resource }`, ['membership']],
    ['CP-06: a datetime of text', 'when { datetime(context.input.s) < context.system.now }', ['constructor']],
    [
      'CP-06: a decimal of text',
      'when { decimal(context.input.s).lessThan(decimal("1.0")) }',
      ['constructor'],
    ],
    ['a tag whose name is computed', 'when { principal.getTag(context.input.s) == "x" }', ['tag']],
    ['a negation', 'when { -context.input.n > 5 }', ['arithmetic']],
  ])('%s', (_what, conditions, kinds) => {
    expect(kindsOf(conditions)).toEqual(kinds);
  });
});

test('where a policy is about several tools, what one of them leaves open is open', () => {
  const other = tool('T___y', { n: 'i?', s: 's' });
  const required = requiredBy([TOOL, other]);
  expect(required(['context', 'input', 's'])).toBe(true);
  expect(required(['context', 'input', 'n'])).toBe(false);
});
