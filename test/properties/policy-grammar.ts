/** Policies, callers and calls from a small grammar: enough of Cedar that what a list shows is not obvious. */
import type { Json, SchemaDefinition } from '@secure-agent/contracts';
import { type EnginePolicy, iamPrincipalOf, type PolicyTool, type Subject } from '@secure-agent/policy';
import fc from 'fast-check';

export const GATEWAY = 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/g-abcdefghij';
const ELSEWHERE = GATEWAY.replace('g-abcdefghij', 'h-abcdefghij');
export const NOON = Date.UTC(2026, 10, 22, 12);

const schema: SchemaDefinition = {
  type: 'object',
  properties: {
    n: { type: 'integer' },
    s: { type: 'string' },
    r: { type: 'number' },
    list: { type: 'array', items: { type: 'string' } },
    o: { type: 'object', properties: { deep: { type: 'integer' }, type: { type: 'string' } } },
  },
  required: ['s'],
};

/** Three tools of two targets, all with the same input. */
export const TOOLS: readonly PolicyTool[] = ['A___x', 'A___y', 'B___x'].map((name) => ({
  name,
  inputSchema: schema,
}));

const ATOMS = [
  'true',
  'false',
  'principal.hasTag("a")',
  'principal.getTag("a") == "1"',
  'principal.hasTag("b") && principal.getTag("b") like "x*"',
  'principal.hasTag("scope") && principal.getTag("scope") like "*hr/read*"',
  'principal.hasTag(context.input.s)',
  'principal.getTag(principal.getTag("a")) == "1"',
  'principal.id == "u-1"',
  'principal has id',
  'principal is AgentCore::IamEntity',
  'principal == AgentCore::OAuthUser::"u-1"',
  'resource == AgentCore::Gateway::"nowhere"',
  'context.input has n',
  'context.input has o.deep',
  'context.input.n > 1',
  'context.input.n * 4611686018427387904 > 1',
  'context.input.n < 9007199254740993',
  'context.input.s like "x*"',
  'context.input.s == principal.getTag("a")',
  'principal.getTag("a") == context.input.s',
  'context.input.r.lessThan(decimal("1.5"))',
  'decimal(context.input.s).lessThan(decimal("1.5"))',
  'context.input.list.contains("x")',
  '[context.input.s, "y"].contains(principal.getTag("b"))',
  'context.input.o.deep == 1',
  'context.input == {"s": "x"}',
  '{"input": context.input, "one": 1}.one == 1',
  'context has input',
  'context has system.now',
  'context has output',
  'context.output == 1',
  'context == {}',
  'context.system.now > datetime("2026-11-22T11:00:00Z")',
  'context.system.now.toTime() < duration("11h")',
  'action in AgentCore::Action::"A"',
  'action == AgentCore::Action::"B___x"',
] as const;

const { condition } = fc.letrec<{ condition: string; clause: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom(...ATOMS).map((atom) => `(${atom})`),
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]) => `(${left} && ${right})`),
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]) => `(${left} || ${right})`),
    tie('condition').map((one) => `!${one}`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([test, yes, no]) => `(if ${test} then ${yes} else ${no})`),
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]) => `(${left} == ${right})`),
  ),
  clause: fc.constant(''),
}));

const principalScope = fc.constantFrom(
  'principal',
  'principal is AgentCore::OAuthUser',
  'principal is AgentCore::OAuthUser',
  'principal is AgentCore::IamEntity',
  'principal == AgentCore::OAuthUser::"u-1"',
);
const actionScope = fc.constantFrom(
  'action',
  'action == AgentCore::Action::"A___x"',
  'action == AgentCore::Action::"A___x"',
  'action in AgentCore::Action::"A"',
  'action in AgentCore::Action::"Mcp"',
  'action in [AgentCore::Action::"B", AgentCore::Action::"A___y"]',
);
const resourceScope = fc.constantFrom(
  'resource is AgentCore::Gateway',
  ...Array.from({ length: 4 }, () => `resource == AgentCore::Gateway::"${GATEWAY}"`),
  `resource == AgentCore::Gateway::"${ELSEWHERE}"`,
);

const clause = fc
  .tuple(fc.constantFrom('when', 'when', 'unless'), condition)
  .map(([kind, body]) => `${kind} { ${body} }`);

export const statement: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('permit', 'permit', 'forbid'),
    principalScope,
    actionScope,
    resourceScope,
    fc.array(clause, { maxLength: 2 }),
  )
  .map(([effect, who, what, where, rest]) => `${effect}(${who}, ${what}, ${where}) ${rest.join(' ')};`);

/** One to five policies, now and then one that is LOG_ONLY. */
export const policies: fc.Arbitrary<readonly EnginePolicy[]> = fc
  .array(fc.tuple(statement, fc.constantFrom('ACTIVE', 'ACTIVE', 'ACTIVE', 'LOG_ONLY')), {
    minLength: 1,
    maxLength: 5,
  })
  .map((all) =>
    all.map(([text, enforcementMode], index) => ({ id: `p${index}`, statement: text, enforcementMode })),
  );

const claims = fc.record(
  {
    a: fc.constantFrom<Json>('1', 1, 'b', true),
    b: fc.constantFrom<Json>('1', 'xyz', null, ['x']),
    scope: fc.constantFrom<Json>('hr/read', 'openid hr/read', 'openid'),
    unused: fc.constantFrom<Json>('u', { deep: [1] }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, Json>>>;

export const principal: fc.Arbitrary<Subject> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ sub: fc.constantFrom('u-1', 'u-2'), claims }) },
  {
    weight: 1,
    arbitrary: fc.constant(iamPrincipalOf('arn:aws:sts::000000000000:assumed-role/Role/session')),
  },
);

/** Arguments of the right types; `s` is now and then missing. */
export const input = fc.record(
  {
    s: fc.constantFrom<Json>('x', 'xyz', '1.25', 'a', ''),
    n: fc.constantFrom<Json>(-1, 0, 1, 2, 4, null, Number.MAX_SAFE_INTEGER),
    r: fc.constantFrom<Json>(0, 1.49999, 1.5, -2),
    list: fc.constantFrom<Json>([], ['x'], ['x', 'y']),
    o: fc.constantFrom<Json>({}, { deep: 1 }, { deep: 2, type: 'T' }, { deep: null }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Readonly<Record<string, Json>>>;

/** The same with one member that the tool does not take. */
export const badInput = fc
  .tuple(
    input,
    fc.constantFrom<Readonly<Record<string, Json>>>(
      { s: 1 },
      { n: 1.5 },
      { n: '1' },
      { n: 2 ** 63 },
      { r: true },
      { list: 'x' },
      { list: [null] },
      { list: [1] },
      { o: [] },
      { o: { deep: 'x' } },
      { o: { more: 1 } },
      { more: 1 },
      { s: null },
    ),
  )
  .map(([good, bad]) => ({ ...good, ...bad }));
