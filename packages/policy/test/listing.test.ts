/** What is listed: whatever some input could be allowed for, and not what none could (CP-26). */
import { describe, expect, test } from 'vitest';
import { createPolicyEngine } from '../src/index.ts';
import { active, GATEWAY_ARN, listOnce, NOW, statement, tool } from './fixtures.ts';

const X = 'T___x';
const tools = [tool(X, { n: 'i?', s: 's?' })];
const PERMIT = statement('permit', X);
const may = (rest: string) => [statement('permit', X, rest)];
const mayNot = (rest: string) => [PERMIT, statement('forbid', X, rest)];

test.each<[string, readonly string[], boolean]>([
  ['permit on input', may('when { context.input has n && context.input.n < 3 }'), true],
  ['permit on whether the context has an input', may('when { context has input }'), true],
  ['permit on the whole context', may('when { context == {} }'), true],
  ['permit on output, which a call does not have', may('when { context has output }'), false],
  ['a tag that is missing, then input', may('when { principal.hasTag("no") && context.input.n < 3 }'), false],
  ['a tag that is there, then input', may('when { principal.hasTag("yes") && context.input.n < 3 }'), true],
  ['forbid on input', mayNot('when { context.input has n && context.input.n > 3 }'), true],
  ['forbid on input, unless', mayNot('unless { context.input has s && context.input.s like "a*" }'), true],
  ['CP-26 forbid outright', mayNot(''), false],
  ['forbid by a tag', mayNot('when { principal.hasTag("yes") }'), false],
  [
    'forbid by a tag, beside one on input',
    [...mayNot('when { context.input.n > 3 }'), statement('forbid', X)],
    false,
  ],
  ['a forbid that errors for every input', mayNot('when { principal.getTag("no") == "x" }'), false],
  [
    'the same beside a policy on input',
    [...mayNot('when { principal.getTag("no") == "x" }'), ...may('when { context.input.n < 1 }')],
    false,
  ],
  [
    'a forbid that errors for some input',
    mayNot('when { context.input.n > 3 && principal.getTag("no") == "x" }'),
    true,
  ],
  ['only a forbid', [statement('forbid', X, 'when { context.input.n > 3 }')], false],
  ['text that looks like an input access', may('when { principal.getTag("yes") == "context.input" }'), false],
])('%s', (_what, statements, listed) => {
  expect(listOnce({ statements, tools, claims: { yes: '1' } })).toEqual(listed ? [X] : []);
});

describe('a window of time', () => {
  const window = 'context.system.now > datetime("2026-11-22T11:00:00Z")';
  test.each([
    ['alone', may(`when { ${window} }`)],
    ['before input', may(`when { ${window} && context.input.n < 3 }`)],
    ['as a forbid', [PERMIT, statement('forbid', X, `unless { ${window} }`)]],
  ])('%s: closed hides, open shows, no clock shows', (_what, statements) => {
    expect(listOnce({ statements, tools, now: NOW - 7_200_000 })).toEqual([]);
    expect(listOnce({ statements, tools, now: NOW })).toEqual([X]);
    expect(listOnce({ statements, tools })).toEqual([X]);
  });
});

/** A small generator with a fixed seed (mulberry32): the same cases at every run. */
function generator(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(next() * from.length)] ?? from[0];
  return { next, pick };
}

const ATOMS: readonly [string, ...string[]] = [
  'true',
  'false',
  'principal.hasTag("a")',
  'principal.getTag("a") == "1"',
  'principal.hasTag("b") && principal.getTag("b") == "1"',
  'context.input has n',
  'context.input.n > 1',
  'context.input.n * 4611686018427387904 > 1',
  'context.input.s like "x*"',
  'context has input',
  'context has output',
  'context.system.now > datetime("2026-11-22T11:00:00Z")',
  'action in AgentCore::Action::"T"',
];
const CLAIMS = [{}, { a: '1' }, { b: '1' }, { a: '2', b: '1' }];
const INPUTS = [{}, { n: 0 }, { n: 1 }, { n: 2 }, { n: 4, s: 'x' }, { s: 'xy' }, { s: 'y' }];

test('CP-26 whatever a call is allowed, the list shows, over 120 policy sets and four callers', () => {
  const { next, pick } = generator(20_261_122);
  const condition = (depth: number): string => {
    if (depth === 0 || next() < 0.3) return `(${pick(ATOMS)})`;
    const [left, right] = [condition(depth - 1), condition(depth - 1)];
    return pick([
      `(${left} && ${right})`,
      `(${left} || ${right})`,
      `!${left}`,
      `(if ${left} then ${right} else ${condition(0)})`,
    ]);
  };
  const policy = () =>
    statement(pick(['permit', 'permit', 'forbid']), X, `${pick(['when', 'unless'])} { ${condition(3)} }`);
  const seen = { allowed: 0, hidden: 0 };
  for (let round = 0; round < 120; round += 1) {
    const statements = Array.from({ length: 1 + Math.floor(next() * 3) }, policy);
    using engine = createPolicyEngine({ gatewayArn: GATEWAY_ARN, policies: active(statements), tools });
    for (const claims of CLAIMS) {
      const principal = { sub: 'u-1', claims };
      const now = NOW - Math.floor(next() * 2) * 7_200_000;
      const decisions = INPUTS.map((args) => engine.decide({ principal, tool: X, args, now }).decision);
      const lists = [engine.visibleTools({ principal, now }), engine.visibleTools({ principal })];
      if (decisions.includes('ALLOW')) {
        seen.allowed += 1;
        expect(lists, statements.join('\n')).toEqual([[X], [X]]);
      } else if (lists[0]?.length === 0) seen.hidden += 1;
    }
  }
  expect(seen.allowed).toBeGreaterThan(40);
  expect(seen.hidden).toBeGreaterThan(40);
});
