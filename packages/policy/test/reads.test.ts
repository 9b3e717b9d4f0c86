/** What policies read is what Cedar is given; that the rest does not count is in `test/properties`. */
import { describe, expect, test } from 'vitest';
import { createPolicyEngine } from '../src/index.ts';
import { type Reads, readsOf } from '../src/reads.ts';
import { parseStatement } from '../src/statement.ts';
import { active, decideOnce, GATEWAY_ARN, listOnce, NOW, statement, tool } from './fixtures.ts';

const X = 'T___x';
const NONE: Reads = {
  tags: new Set(),
  attributes: new Set(),
  input: new Set(),
  system: false,
  action: false,
};
const ALL: Reads = { tags: 'any', attributes: 'any', input: 'any', system: true, action: true };

const reads = (condition: string) => {
  const parsed = parseStatement(statement('permit', X, `when { ${condition} }`));
  if (!parsed.ok) throw new TypeError(parsed.error);
  return readsOf(parsed.value);
};

test.each<[string, Partial<Reads>]>([
  ['true', {}],
  ['principal.hasTag("a") && principal.getTag("b") like "x*"', { tags: new Set(['a', 'b']) }],
  [
    'principal.getTag(context.input.s) == "x"',
    { tags: 'any', input: new Set(['s']), attributes: new Set(['s']) },
  ],
  ['principal.getTag(principal.getTag("a")) == "x"', { tags: 'any' }],
  ['principal has id && principal.id == "x"', { attributes: new Set(['id']) }],
  ['principal == AgentCore::OAuthUser::"x" && resource is AgentCore::Gateway', {}],
  ['context.input.n > 1', { input: new Set(['n']), attributes: new Set(['n']) }],
  ['context["input"]["n"] > 1', { input: new Set(['n']), attributes: new Set(['n']) }],
  ['context.input has o.deep', { input: new Set(['o']), attributes: new Set(['o', 'deep']) }],
  ['context.input == {"n": 1}', { input: 'any', attributes: new Set(['input']) }],
  ['context.system.now > datetime("2026-01-01")', { system: true, attributes: new Set(['now', 'system']) }],
  ['context.output == 1', ALL],
  ['{"Var": "context", ".": 1} == {"Var": "context", ".": 1}', {}],
  ['action in AgentCore::Action::"T"', { action: true }],
  ['AgentCore::Action::"T___x" in AgentCore::Action::"T"', { action: true }],
  ['context has input', ALL],
  ['context == {}', ALL],
  ['[context].contains({})', ALL],
])('%s', (condition, expected) => {
  const found = reads(condition);
  expect(found).toMatchObject(expected === ALL ? ALL : { ...NONE, ...expected });
});

describe('integers that JavaScript cannot hold are exact', () => {
  const LIMIT = '9007199254740993';
  const tools = [tool(X, { n: 'i' })];
  const ask = { tools, args: { n: Number.MAX_SAFE_INTEGER } };

  test('in a decision', () => {
    const below = [statement('permit', X, `when { context.input.n + 2 == ${LIMIT} }`)];
    expect(decideOnce({ ...ask, statements: below }).decision).toBe('ALLOW');
    const same = [statement('permit', X, 'when { context.input.n + 1 == 9007199254740993 }')];
    expect(decideOnce({ ...ask, statements: same }).decision).toBe('DENY');
  });

  test('in a list: such a policy may hold, within its scope', () => {
    const rest = `when { 9007199254740992 < ${LIMIT} }`;
    expect(listOnce({ ...ask, statements: [statement('permit', X, rest)] })).toEqual([X]);
    expect(listOnce({ ...ask, statements: [statement('permit', 'T___y', rest)] })).toEqual([]);
  });
});

describe('a LOG_ONLY policy flips a decision', () => {
  const permit = statement('permit', X);
  const forbid = statement('forbid', X);
  const erring = statement('permit', X, 'when { principal.getTag("no") == "x" }');
  const policy = (id: string, text: string, enforcementMode: 'ACTIVE' | 'LOG_ONLY') => ({
    id,
    statement: text,
    enforcementMode,
  });
  test.each<[string, readonly string[], readonly string[], readonly string[], readonly string[]]>([
    ['a forbid, over a permit', [permit], [forbid], ['l0'], ['l0']],
    ['a permit, over nothing', [], [permit], ['l0'], ['l0']],
    ['a permit, over a permit: matched only', [permit], [permit], ['l0'], []],
    ['a forbid, over nothing: matched only', [], [forbid], ['l0'], []],
    ['a permit, over a forbid: matched only', [permit, forbid], [permit], ['l0'], []],
    ['each alone: both permits, though one is enough', [], [permit, permit], ['l0', 'l1'], ['l0', 'l1']],
    ['each alone: a permit beside a forbid', [], [permit, forbid], ['l0', 'l1'], ['l0']],
    ['one that errors', [permit], [erring], [], []],
  ])('%s', (_what, activeTexts, logOnlyTexts, logOnlyMatches, logOnlyFlips) => {
    const policies = [
      ...activeTexts.map((text, index) => policy(`a${index}`, text, 'ACTIVE')),
      ...logOnlyTexts.map((text, index) => policy(`l${index}`, text, 'LOG_ONLY')),
    ];
    expect(decideOnce({ policies, tools: [tool(X)] })).toMatchObject({ logOnlyMatches, logOnlyFlips });
  });
});

test("another tool's policies cost a tool nothing: they are not in its set", () => {
  const tools = Array.from({ length: 30 }, (_, index) => tool(`T___t${index}`));
  const other = Array.from({ length: 870 }, (_, index) =>
    statement('permit', `T___t${1 + (index % 29)}`, 'when { principal.getTag("no") == "x" }'),
  );
  using engine = createPolicyEngine({
    gatewayArn: GATEWAY_ARN,
    policies: active([statement('permit', 'T___t0'), ...other]),
    tools,
  });
  const principal = { sub: 'u-1', claims: {} };
  // Every other policy errors: one of them in the set would be reported, and deny.
  expect(engine.decide({ principal, tool: 'T___t0', args: {}, now: NOW })).toMatchObject({
    decision: 'ALLOW',
    mismatchedPolicies: [],
  });
  expect(engine.visibleTools({ principal })).toEqual(['T___t0']);
});
