/** Policies over the flat context; that they decide as those that were written do is in `test/properties`. */
import { expect, test } from 'vitest';
import { flatForm } from '../src/flat-form.ts';
import { readsOf } from '../src/reads.ts';
import { parseStatement } from '../src/statement.ts';
import { decideOnce, statement, tool } from './fixtures.ts';

const X = 'T___x';

function flat(condition: string): string | undefined {
  const parsed = parseStatement(statement('permit', X, `when { ${condition} }`));
  if (!parsed.ok) throw new TypeError(parsed.error);
  return flatForm(parsed.value, readsOf(parsed.value))?.match(/when \{\s*(.*?)\s*\};$/s)?.[1];
}

test.each([
  ['principal.hasTag("a")', 'context has "tag.a"'],
  ['principal.getTag("b") == "x"', 'context["tag.b"] == "x"'],
  ['principal.getTag("a b") like "x*"', 'context["tag.a b"] like "x*"'],
  ['context.input.n > 1', 'context["input.n"] > 1'],
  ['context.input has s', 'context has "input.s"'],
  ['context.input.o.deep == 1', 'context["input.o"].deep == 1'],
  ['context.system.now > datetime("2026-01-01")', 'context.system.now > datetime("2026-01-01")'],
  ['"principal.getTag(\\"a\\")" == "x"', '"principal.getTag(\\"a\\")" == "x"'],
])('%s is read as %s', (condition, expected) => {
  expect(flat(condition)?.replaceAll(/[()]/g, '')).toBe(expected.replaceAll(/[()]/g, ''));
});

test.each([
  ['a tag whose name is found at the call', 'principal.getTag(context.input.s) == "x"'],
  ['a tag of what may be the principal', '(if true then principal else principal).hasTag("a")'],
  ['a tag of the gateway', 'resource.hasTag("a")'],
  ['the input as a whole', 'context.input == {}'],
  ['the context as a whole', 'context == {}'],
  ['another member of the context', 'context["tag.role"] == "x"'],
  ['a path into the input', 'context.input has o.deep'],
  ['an integer beyond 2^53', 'context.input.n == 9007199254740993'],
])('%s has no flat form', (_what, condition) => {
  expect(flat(condition)).toBeUndefined();
});

test('a name with a dot is neither a tag nor a member of the input of another name', () => {
  const tools = [tool(X, { n: 'i' })];
  const asTag = [statement('permit', X, 'when { principal.hasTag("input.n") }')];
  expect(decideOnce({ tools, statements: asTag, args: { n: 1 } }).decision).toBe('DENY');
  const asInput = [statement('permit', X, 'when { context.input has "tag.role" }')];
  const claims = { role: 'x' };
  expect(decideOnce({ tools, statements: asInput, args: { n: 1 }, claims }).decision).toBe('DENY');
});

test('a policy cannot ask the flat context for a tag or an argument by its name there', () => {
  const reads = 'principal.hasTag("role") && context.input.n == 1';
  const tools = [tool(X, { n: 'i' })];
  for (const forged of ['context["tag.role"] == "x"', 'context["input.n"] == 1']) {
    const statements = [
      statement('forbid', X, `when { ${reads} && false }`),
      statement('permit', X, `when { ${forged} }`),
    ];
    const outcome = decideOnce({ tools, statements, args: { n: 1 }, claims: { role: 'x' } });
    expect(outcome).toMatchObject({ decision: 'DENY', mismatchedPolicies: ['p1'] });
  }
});
