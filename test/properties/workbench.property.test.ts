/** What the workbench claims of mutants, against every request of a grid asked one by one. */
import { createPolicyEngine, type PolicyTool } from '@secure-agent/policy';
import {
  type Domain,
  domainOf,
  type Mutant,
  type MutantReport,
  type PolicyFile,
  type Probe,
  parsePolicyFile,
  type Role,
  runMutants,
  WORKBENCH_GATEWAY,
} from '@secure-agent/policy/workbench';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const inputSchema = {
  type: 'object',
  properties: { n: { type: 'integer' }, s: { type: 'string' } },
  required: ['s'],
} as const;
const TOOLS: readonly PolicyTool[] = ['A___x', 'A___y', 'B___x'].map((name) => ({ name, inputSchema }));

const ROLES: readonly Role[] = ['u', 'v'].map((name) => ({
  name,
  kind: 'person',
  title: name,
  subject: { sub: name, claims: name === 'u' ? { a: 'x', b: 'y' } : {} },
}));

/** Some err for some requests: a tag or an argument that is not there, an overflow. */
const ATOMS = [
  'principal.hasTag("a")',
  'principal.getTag("a") == "x"',
  'principal.hasTag("b") && principal.getTag("b") like "*y"',
  'principal.id == "u"',
  'context.input has n',
  'context.input has n && context.input.n <= 2',
  'context.input.n > 1',
  'context.input.s like "x*"',
  'context.input.s == "x"',
  'context.system.now > datetime("2026-11-23T10:00:00Z")',
] as const;

const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom(...ATOMS).map((atom) => `(${atom})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition'))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('condition').map((one) => `!${one}`),
  ),
}));

const statement = fc
  .record({
    effect: fc.constantFrom('permit', 'permit', 'forbid'),
    who: fc.constantFrom(
      'principal',
      'principal is AgentCore::OAuthUser',
      'principal == AgentCore::OAuthUser::"u"',
    ),
    what: fc.constantFrom(
      'action == AgentCore::Action::"A___x"',
      'action in AgentCore::Action::"A"',
      'action in [AgentCore::Action::"A___x", AgentCore::Action::"B___x"]',
    ),
    clauses: fc.array(
      fc.tuple(fc.constantFrom('when', 'unless'), condition).map(([kind, body]) => `${kind} { ${body} }`),
      { maxLength: 2 },
    ),
  })
  .map(
    ({ effect, who, what, clauses }) =>
      `${effect}(${who}, ${what}, resource == AgentCore::Gateway::"{{gateway}}") ${clauses.join(' ')};`,
  );

function fileOf(text: string, index: number): PolicyFile {
  const parsed = parsePolicyFile({ name: `p${index}`, text });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

const policies = fc.array(statement, { minLength: 1, maxLength: 2 }).map((texts) => texts.map(fileOf));

const NOON = Date.UTC(2026, 10, 23, 10);
const product = <A, B>(some: readonly A[], others: readonly B[]): readonly (readonly [A, B])[] =>
  some.flatMap((one) => others.map((other) => [one, other] as const));

/** Every boundary of the atoms, and what is between. */
const CLAIMS = product(['x', 'z', undefined], ['y', 'ay', 'yb', undefined]);
const INPUTS = product(['x', 'xy', 'y', ''], [undefined, 0, 1, 2, 3, 4]);
const WHEN = [NOON, NOON + 1];

const GRID: readonly Probe[] = product(product(CLAIMS, INPUTS), product(product(ROLES, TOOLS), WHEN)).map(
  ([[[a, b], [s, n]], [[role, tool], now]]) => ({
    role: role.name,
    subject: { sub: role.name, claims: { a, b } },
    tool: tool.name,
    input: { s, n },
    now,
  }),
);

/** A part of the grid, so that one run asks some hundred requests and many runs ask all. */
const grid = fc.shuffledSubarray([...GRID], { minLength: 40, maxLength: 40 });

type Named = { readonly name: string; readonly statement: string };

/** Decision, and whether a policy could not be evaluated. */
function asked(set: readonly Named[], probes: readonly Probe[]): readonly string[] {
  using engine = createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: set.map((one) => ({ id: one.name, statement: one.statement, enforcementMode: 'ACTIVE' })),
    tools: TOOLS,
  });
  return probes.map(({ subject, tool, input, now }) => {
    const { decision, mismatchedPolicies } = engine.decide({ principal: subject, tool, args: input, now });
    return mismatchedPolicies.length > 0 ? `${decision} after an error` : decision;
  });
}

const withMutant = (set: readonly PolicyFile[], { policy, mutated }: Mutant): readonly Named[] =>
  set.flatMap(({ name, statement: text }) => {
    if (name !== policy) return [{ name, statement: text }];
    return mutated === undefined ? [] : [{ name, statement: mutated.statement }];
  });

/** The requests that a mutant changes, and how. Empty for one that is equivalent. */
function changes(set: readonly PolicyFile[], mutant: Mutant, probes: readonly Probe[]): readonly string[] {
  const [before, after] = [asked(set, probes), asked(withMutant(set, mutant), probes)];
  const told = probes.map(
    (probe, index) => `${mutant.what}: ${JSON.stringify(probe)} ${before[index]} ${after[index]}`,
  );
  return told.filter((_one, index) => before[index] !== after[index]);
}

function report(set: readonly PolicyFile[], declare: (set: readonly PolicyFile[]) => Domain): MutantReport {
  return runMutants({ policies: set, tools: TOOLS, cases: [], domainOf: declare });
}

test('a mutant is equivalent exactly when no request of the domain is decided otherwise', () => {
  fc.assert(
    fc.property(policies, grid, (set, probes) => {
      const { equivalent, survivors } = report(set, () => ({
        size: probes.length,
        probes: () => probes,
        unexplored: [],
      }));
      for (const mutant of equivalent) expect(changes(set, mutant, probes)).toEqual([]);
      for (const { mutant, witness } of survivors.slice(0, 10)) {
        expect(changes(set, mutant, [witness.request])).toHaveLength(1);
      }
    }),
    { numRuns: 3, interruptAfterTimeLimit: 10_000 },
  );
});

/** Without errors and with few conditions the declared domain is the whole product: nothing of the grid is news to it. */
const TOTAL = [
  'principal.hasTag("a")',
  'principal.hasTag("a") && principal.getTag("a") == "x"',
  'context.input has n && context.input.n <= 2',
  'context.input has n && context.input.n > 0',
  'context.input.s == "x"',
] as const;

const smallSet = fc
  .array(
    fc
      .tuple(fc.constantFrom('permit', 'forbid'), fc.constantFrom(...TOTAL), fc.constantFrom(...TOTAL))
      .map(
        ([effect, one, other]) =>
          `${effect}(principal, action == AgentCore::Action::"A___x", resource == AgentCore::Gateway::"{{gateway}}") when { ${one} } unless { ${other} };`,
      ),
    { minLength: 1, maxLength: 2 },
  )
  .map((texts) => texts.map(fileOf));

test('what is equivalent over the declared domain is so over a grid that it was not made from', () => {
  fc.assert(
    fc.property(
      smallSet,
      fc.shuffledSubarray([...GRID], { minLength: 100, maxLength: 100 }),
      (set, probes) => {
        const { equivalent } = report(set, (some) =>
          domainOf({ policies: some, tools: TOOLS, roles: ROLES }),
        );
        for (const mutant of equivalent) expect(changes(set, mutant, probes)).toEqual([]);
      },
    ),
    { numRuns: 3, interruptAfterTimeLimit: 10_000 },
  );
});
