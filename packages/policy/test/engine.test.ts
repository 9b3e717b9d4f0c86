/** Decisions: what Cedar alone would let through, and what it must not. */
import { describe, expect, test } from 'vitest';
import { createPolicyEngine, type EnginePolicy, PolicyError, type PolicyTool } from '../src/index.ts';
import { active, decideOnce, GATEWAY_ARN, listOnce, NOW, statement, tool } from './fixtures.ts';

const X = 'T___x';
const PERMIT = statement('permit', X);

describe('one policy that cannot be evaluated denies, though Cedar skips it', () => {
  test.each<[string, string, PolicyTool, Record<string, unknown>]>([
    ['CP-01 an optional argument', 'when { context.input.to == "x" }', tool(X, { to: 's?' }), {}],
    ['CP-02 a missing tag', 'when { principal.getTag("department") == "x" }', tool(X), {}],
    ['CP-02 a missing tag, unless', 'unless { principal.getTag("mfa") == "true" }', tool(X), {}],
    [
      'CP-03 overflow',
      'when { context.input.amount * 10000 > 1000000 }',
      tool(X, { amount: 'i' }),
      { amount: Number.MAX_SAFE_INTEGER },
    ],
    [
      'CP-06 a date from text',
      'when { datetime(context.input.at) < datetime("2020-01-01") }',
      tool(X, { at: 's' }),
      { at: 'garbage' },
    ],
    [
      'CP-06 five decimal places',
      'when { decimal(context.input.at) == decimal("1.0") }',
      tool(X, { at: 's' }),
      { at: '1.00001' },
    ],
  ])('%s', (_what, rest, definition, args) => {
    const statements = [PERMIT, statement('forbid', X, rest)];
    const outcome = decideOnce({ statements, tools: [definition], args });
    expect(outcome).toMatchObject({
      decision: 'DENY',
      awsWouldDecide: 'ALLOW',
      mismatchedPolicies: ['p1'],
      reason: 'Policy evaluation failed: p1 could not be evaluated.',
    });
    expect(decideOnce({ statements: [PERMIT], tools: [definition], args }).decision).toBe('ALLOW');
  });

  test('a permit that errors denies too, though another permit holds', () => {
    const statements = [PERMIT, statement('permit', X, 'when { principal.getTag("a") == "b" }')];
    expect(decideOnce({ statements, tools: [tool(X)] })).toMatchObject({
      decision: 'DENY',
      awsWouldDecide: 'ALLOW',
    });
    expect(decideOnce({ statements, tools: [tool(X)], claims: { a: 'b' } }).decision).toBe('ALLOW');
  });

  test('a forbid that holds is the reason, whatever else errors', () => {
    const statements = [
      PERMIT,
      statement('forbid', X),
      statement('forbid', X, 'when { principal.getTag("a") == "b" }'),
    ];
    expect(decideOnce({ statements, tools: [tool(X)] })).toMatchObject({
      reason: 'Policy evaluation denied due to p1',
      determiningPolicies: ['p1'],
      mismatchedPolicies: ['p2'],
      awsWouldDecide: 'DENY',
    });
  });
});

describe('input that is not of the declared type never widens access', () => {
  const definition = tool(X, {
    amount: 'i?',
    rate: 'n?',
    on: 'b?',
    to: 's?',
    list: { type: 'array', items: { type: 'string' } },
    o: { type: 'object', properties: { deep: { type: 'integer' } } },
  });
  const lenient = { ...definition, inputSchema: { ...definition.inputSchema, required: [] } };
  test.each<[string, Record<string, unknown>, string | undefined]>([
    ['nothing', {}, undefined],
    ['each type', { amount: 1, rate: 0.5, on: false, to: '', list: ['a'], o: { deep: 1 } }, undefined],
    ['an integer written 4.0', { amount: JSON.parse('4.0') }, undefined],
    ['null is left out', { amount: null, o: { deep: null } }, undefined],
    ['CP-04 digits in a string', { amount: '101' }, 'input.amount must be an integer'],
    ['a fraction', { amount: 1.5 }, 'input.amount must be an integer'],
    ['beyond Long', { amount: 2 ** 63 }, 'input.amount must be an integer'],
    ['a decimal as text, which Cedar would take', { rate: '1.5' }, 'input.rate must be a number'],
    ['a decimal beyond its range', { rate: 1e15 }, 'input.rate must be a number'],
    [
      'a decimal as an escape',
      { rate: { __extn: { fn: 'decimal', arg: '1.0' } } },
      'input.rate must be a number',
    ],
    [
      'an entity as an escape',
      { to: { __entity: { type: 'AgentCore::OAuthUser', id: 'x' } } },
      'input.to must be a string',
    ],
    [
      'an escape for the whole',
      { __extn: { fn: 'unknown', arg: 'input' } },
      'input has an undeclared member',
    ],
    ['text for a boolean', { on: 'true' }, 'input.on must be a boolean'],
    ['a lone surrogate', { to: '\ud800' }, 'input.to must be a string'],
    ['one text for a list', { list: 'a' }, 'input.list must be an array'],
    ['null in a list', { list: [null] }, 'input.list must be a string'],
    ['a list for an object', { o: [] }, 'input.o must be an object'],
    ['a wrong type below', { o: { deep: 'x' } }, 'input.o.deep must be an integer'],
    ['an undeclared argument', { extra: 1 }, 'input has an undeclared member'],
    [
      'an argument named __proto__',
      JSON.parse('{"__proto__":{"amount":1}}'),
      'input has an undeclared member',
    ],
    ['an inherited name', { constructor: 'x' }, 'input has an undeclared member'],
  ])('%s', (_what, args, problem) => {
    const outcome = decideOnce({ statements: [PERMIT], tools: [lenient], args });
    expect(outcome.decision).toBe(problem === undefined ? 'ALLOW' : 'DENY');
    if (problem !== undefined) expect(outcome.reason).toBe(`Policy evaluation failed: ${problem}.`);
  });

  test('a missing required argument is refused by the schema', () => {
    const needs = tool(X, { to: 's' });
    expect(decideOnce({ statements: [PERMIT], tools: [needs] }).decision).toBe('DENY');
    expect(decideOnce({ statements: [PERMIT], tools: [needs], args: { to: '' } }).decision).toBe('ALLOW');
  });

  test('CP-03 an integer beyond 2^53 is refused, and what AWS would do is said', () => {
    const statements = [PERMIT, statement('forbid', X, 'when { context.input.amount * 100 > 1000000 }')];
    const one = tool(X, { amount: 'i' });
    const vector = 900_719_925_474_099_100;
    expect(decideOnce({ statements: [PERMIT], tools: [one], args: { amount: vector } })).toMatchObject({
      decision: 'DENY',
      reason: expect.stringContaining('2^53'),
      awsWouldDecide: 'ALLOW',
    });
    expect(decideOnce({ statements, tools: [one], args: { amount: vector } })).toMatchObject({
      decision: 'DENY',
      awsWouldDecide: 'ALLOW',
    });
    expect(decideOnce({ statements, tools: [one], args: { amount: 10 } }).decision).toBe('ALLOW');
  });

  test.each([
    [64, 'ALLOW', expect.stringContaining('p0')],
    [65, 'DENY', 'Cannot determine input entity type'],
  ] as const)('%i levels: %s', (levels, decision, reason) => {
    let inputSchema: PolicyTool['inputSchema'] = { type: 'object' };
    let args: Record<string, unknown> = {};
    for (let level = 1; level < levels; level += 1) {
      inputSchema = { type: 'object', properties: { o: inputSchema } };
      args = { o: args };
    }
    const outcome = decideOnce({ statements: [PERMIT], tools: [{ name: X, inputSchema }], args });
    expect(outcome).toMatchObject({ decision, reason });
  });

  test.each([
    [4, '4.0000'],
    [0.00009, '0.0000'],
    [1.99999, '1.9999'],
    [-1.99999, '-1.9999'],
    [1e-7, '0.0000'],
    [-0, '0.0000'],
  ])('the number %d is decimal %s: cut, not rounded', (rate, text) => {
    const rule = statement('permit', X, `when { context.input.rate == decimal("${text}") }`);
    expect(decideOnce({ statements: [rule], tools: [tool(X, { rate: 'n' })], args: { rate } }).decision).toBe(
      'ALLOW',
    );
  });
});

describe('who and where', () => {
  const self = statement('permit', X, 'when { principal.id == "u-1" && principal.getTag("sub") == "u-1" }');
  const ask = { statements: [self], tools: [tool(X)] };

  test('control: the verified subject', () => {
    expect(decideOnce(ask).decision).toBe('ALLOW');
  });

  test('CP-24 the verified sub wins over a claim of that name; a claim named id is only a tag', () => {
    expect(decideOnce({ ...ask, sub: 'u-2', claims: { sub: 'u-1', id: 'u-1' } }).decision).toBe('DENY');
    expect(decideOnce({ ...ask, claims: { sub: 'u-2', id: 'u-2' } }).decision).toBe('ALLOW');
  });

  test.each(['u-1"', 'u-1\n', 'u-1", true) || ("', 'AgentCore::OAuthUser::"u-1"'])(
    'CP-22 a subject is data: %j is nobody else',
    (sub) => {
      const rule = `permit(principal == AgentCore::OAuthUser::"u-1", action, resource is AgentCore::Gateway);`;
      expect(decideOnce({ statements: [rule], tools: [tool(X)], sub }).decision).toBe('DENY');
      expect(decideOnce({ statements: [rule], tools: [tool(X)] }).decision).toBe('ALLOW');
    },
  );

  test.each([
    ['no sub', { sub: '' }],
    ['a sub with a lone surrogate', { sub: 'u\ud800' }],
    ['a claim with a lone surrogate', { claims: { name: '\udfff' } }],
    ['a claim name with a lone surrogate', { claims: { 'n\ud800': 'x' } }],
    ['a claim that is no JSON', { claims: { when: 1n } }],
    ['a claim that is no number', { claims: { n: Number.NaN } }],
  ])('%s: nobody, so denied and shown nothing', (_what, principal) => {
    const all = { statements: [PERMIT], tools: [tool(X)] };
    expect(decideOnce({ ...all, ...principal })).toMatchObject({
      decision: 'DENY',
      reason: 'Policy evaluation failed: the token has no usable subject or claims.',
    });
    expect(listOnce({ ...all, ...principal })).toEqual([]);
    expect(listOnce(all)).toEqual([X]);
  });

  test('CP-21 a policy of another gateway neither permits, forbids nor errs here', () => {
    const other = GATEWAY_ARN.replace('demo', 'other');
    const elsewhere = (effect: 'permit' | 'forbid', rest = '') =>
      statement(effect, X, rest).replace(GATEWAY_ARN, other);
    expect(decideOnce({ statements: [elsewhere('permit')], tools: [tool(X)] }).decision).toBe('DENY');
    const rest = 'when { principal.getTag("no") == "x" }';
    const statements = [PERMIT, elsewhere('forbid'), elsewhere('forbid', rest)];
    expect(decideOnce({ statements, tools: [tool(X)] })).toMatchObject({
      decision: 'ALLOW',
      mismatchedPolicies: [],
    });
  });

  test('a tool that the gateway does not have is denied, not an error', () => {
    expect(decideOnce({ statements: [PERMIT], tools: [tool(X)], tool: 'T___nope' })).toMatchObject({
      decision: 'DENY',
      reason: 'No policy applies to the request (denied by default).',
    });
    expect(decideOnce({ statements: [PERMIT], tools: [tool(X)], tool: '__proto__' }).decision).toBe('DENY');
  });

  test('CP-11 an engine without policies denies and lists nothing', () => {
    expect(decideOnce({ statements: [], tools: [tool(X)] }).reason).toBe(
      'No policy applies to the request (denied by default).',
    );
    expect(listOnce({ statements: [], tools: [tool(X)] })).toEqual([]);
  });
});

describe('scope of the action: each policy is asked about every tool it can match', () => {
  const tools = [tool('A___x'), tool('A___y'), tool('B___x')];
  const gateway = `resource == AgentCore::Gateway::"${GATEWAY_ARN}"`;
  test.each([
    ['action', ['A___x', 'A___y', 'B___x']],
    ['action in AgentCore::Action::"Mcp"', ['A___x', 'A___y', 'B___x']],
    ['action in AgentCore::Action::"CallTool"', ['A___x', 'A___y', 'B___x']],
    ['action in AgentCore::Action::"A"', ['A___x', 'A___y']],
    ['action in AgentCore::Action::"A___y"', ['A___y']],
    ['action in [AgentCore::Action::"B", AgentCore::Action::"A___x"]', ['A___x', 'B___x']],
    ['action == AgentCore::Action::"A___x"', ['A___x']],
    ['action == AgentCore::Action::"A"', []],
    ['action == Other::Action::"A___x"', []],
    ['action in []', []],
  ])('%s', (action, names) => {
    const statements = [`permit(principal, ${action}, ${gateway});`];
    const allowed = tools.filter(
      ({ name }) => decideOnce({ statements, tools, tool: name }).decision === 'ALLOW',
    );
    expect(allowed.map(({ name }) => name)).toEqual(names);
    expect(listOnce({ statements, tools })).toEqual(names);
    const forbids = [
      'permit(principal, action, resource is AgentCore::Gateway);',
      `forbid(principal, ${action}, ${gateway});`,
    ];
    expect(listOnce({ statements: forbids, tools })).toEqual(
      tools.map(({ name }) => name).filter((name) => !names.includes(name)),
    );
  });

  test('a condition on the action group sees the hierarchy, in calls and in lists', () => {
    const statements = [`permit(principal, action, ${gateway}) when { action in AgentCore::Action::"A" };`];
    expect(listOnce({ statements, tools })).toEqual(['A___x', 'A___y']);
    expect(decideOnce({ statements, tools, tool: 'A___y' }).decision).toBe('ALLOW');
    expect(decideOnce({ statements, tools, tool: 'B___x' }).decision).toBe('DENY');
  });
});

describe('CP-27 time is the gateway clock', () => {
  const rule = statement(
    'permit',
    X,
    'when { context.system.now >= datetime("2026-11-22T09:00:00Z") && context.system.now < datetime("2026-11-22T17:00:00+0000") }',
  );
  const at = (hour: number, ms = 0) => Date.UTC(2026, 10, 22, hour, 0, 0, ms);
  test.each([
    [at(9) - 1, 'DENY'],
    [at(9), 'ALLOW'],
    [at(17) - 1, 'ALLOW'],
    [at(17), 'DENY'],
    [Number.NaN, 'DENY'],
  ] as const)('%d: %s', (now, decision) => {
    expect(decideOnce({ statements: [rule], tools: [tool(X)], now }).decision).toBe(decision);
  });

  test('an argument named system stays an argument', () => {
    const own = tool(X, { system: { type: 'object', properties: { now: { type: 'string' } } } });
    const args = { system: { now: '2026-11-22T12:00:00Z' } };
    expect(decideOnce({ statements: [rule], tools: [own], args, now: at(3) }).decision).toBe('DENY');
    expect(decideOnce({ statements: [rule], tools: [own], args, now: at(12) }).decision).toBe('ALLOW');
  });
});

describe('a LOG_ONLY policy is reported and changes nothing', () => {
  const policy = (id: string, text: string, enforcementMode: EnginePolicy['enforcementMode']) => ({
    id,
    statement: text,
    enforcementMode,
  });
  const tools = [tool(X, { to: 's?' })];
  const erring = statement('forbid', X, 'when { context.input.to == "x" }');

  test.each([
    [
      'a forbid',
      [policy('a', PERMIT, 'ACTIVE'), policy('l', statement('forbid', X), 'LOG_ONLY')],
      'ALLOW',
      ['l'],
    ],
    ['a permit', [policy('l', PERMIT, 'LOG_ONLY')], 'DENY', ['l']],
    [
      'one that does not hold',
      [
        policy('a', PERMIT, 'ACTIVE'),
        policy('l', statement('forbid', X, 'when { principal.hasTag("q") }'), 'LOG_ONLY'),
      ],
      'ALLOW',
      [],
    ],
    ['one that errors', [policy('a', PERMIT, 'ACTIVE'), policy('l', erring, 'LOG_ONLY')], 'ALLOW', []],
    [
      'both kinds',
      [policy('l', PERMIT, 'LOG_ONLY'), policy('k', statement('forbid', X), 'LOG_ONLY')],
      'DENY',
      ['k', 'l'],
    ],
  ] as const)('%s', (_what, policies, decision, logOnlyMatches) => {
    expect(decideOnce({ policies, tools })).toMatchObject({
      decision,
      logOnlyMatches,
      mismatchedPolicies: [],
    });
    expect(listOnce({ policies, tools })).toEqual(decision === 'ALLOW' ? [X] : []);
  });
});

describe('CP-18 an engine is made whole or not at all', () => {
  const make = (policies: readonly EnginePolicy[], tools: readonly PolicyTool[] = [tool(X)]) =>
    createPolicyEngine({ gatewayArn: GATEWAY_ARN, policies, tools });

  test.each([
    ['a syntax error', 'permit(principal, action, resource'],
    ['two statements', `${PERMIT}\n${PERMIT}`],
    ['no statement', '// nothing'],
    ['a template', 'permit(principal == ?principal, action, resource);'],
    ['a byte order mark', `\ufeff${PERMIT}`],
  ])('%s names its policy', (_what, text) => {
    const policies = active([PERMIT, text]);
    expect(() => make(policies)).toThrow(
      expect.objectContaining({ name: 'PolicyError', code: 'policy_invalid', policyId: 'p1' }),
    );
  });

  test('two policies with one id', () => {
    expect(() => make([...active([PERMIT]), ...active([PERMIT])])).toThrow(
      expect.objectContaining({ code: 'policy_duplicate', policyId: 'p0' }),
    );
  });

  test('two tools with one name', () => {
    expect(() => make([], [tool(X), tool(X)])).toThrow(PolicyError);
  });

  test('CRLF and annotations are fine; an @id does not rename a policy', () => {
    using engine = make(active([`@id("other")\r\n${PERMIT}\r\n`]));
    const outcome = engine.decide({ principal: { sub: 'u', claims: {} }, tool: X, args: {}, now: NOW });
    expect(outcome).toMatchObject({ decision: 'ALLOW', determiningPolicies: ['p0'] });
  });
});

describe('engines side by side', () => {
  const make = (text: string) =>
    createPolicyEngine({ gatewayArn: GATEWAY_ARN, policies: active([text]), tools: [tool(X)] });
  const request = { principal: { sub: 'u', claims: {} }, tool: X, args: {}, now: NOW };

  test('a new engine of the same gateway leaves the old one as it was; disposing one leaves the other', () => {
    const old = make(PERMIT);
    const next = make(statement('forbid', X));
    expect([old.decide(request).decision, next.decide(request).decision]).toEqual(['ALLOW', 'DENY']);
    old.dispose();
    old.dispose();
    const third = make(PERMIT);
    expect([next.decide(request).decision, third.decide(request).decision]).toEqual(['DENY', 'ALLOW']);
    expect(() => old.decide(request)).toThrow(TypeError);
    expect(() => old.visibleTools(request)).toThrow(TypeError);
    next.dispose();
    third.dispose();
  });

  test('an engine that could not be made disturbs none', () => {
    using engine = make(PERMIT);
    const broken = () =>
      createPolicyEngine({ gatewayArn: GATEWAY_ARN, policies: [], tools: [tool('A___x'), tool('A__y')] });
    expect(broken).toThrow(PolicyError);
    using other = make(statement('forbid', X));
    expect([engine.decide(request).decision, other.decide(request).decision]).toEqual(['ALLOW', 'DENY']);
  });
});
