/** Which permits look at the caller's scopes on every way to true. */
import { describe, expect, test } from 'vitest';
import { permitsWithoutScope } from '../../../src/workbench/lint/asks-for-scope.ts';

const HEAD = '(principal, action, resource is AgentCore::Gateway)';
const A = 'principal.getTag("scope") == "a"';
const B = 'principal.getTag("scope") like "* b"';
const OTHER = 'principal.getTag("tenant") == "a"';
const CALL = 'context.input.amount < 5';

describe('asks for a scope', () => {
  test.each([
    A,
    B,
    '"a" == principal.getTag("scope")',
    '["a", "b"].contains(principal.getTag("scope"))',
    `principal.hasTag("scope") && (${A} || ${B}) && ${CALL}`,
    `(${A} && ${OTHER}) || (${CALL} && ${B})`,
    `if ${CALL} then ${A} else ${B}`,
    `if ${A} then ${CALL} else false`,
  ])('when { %s }', (body) => {
    expect(permitsWithoutScope(`permit ${HEAD} when { ${body} };`)).toBe(false);
  });

  test('in any of its clauses', () => {
    expect(permitsWithoutScope(`permit ${HEAD} when { ${CALL} } when { ${A} };`)).toBe(false);
  });
});

describe('does not, whatever it mentions', () => {
  test.each([
    'true',
    OTHER,
    `${A} || ${CALL}`,
    `${CALL} || (${B} && ${A}) || true`,
    `if ${A} then true else ${CALL}`,
    `if ${CALL} then true else ${A}`,
    `!(${A})`,
    'principal.getTag("scope") != "a"',
    'principal.getTag("scope") == principal.getTag("scope")',
    'principal.getTag("scope") like "*"',
    'principal.getTag("scope") like "* *"',
    'resource.getTag("scope") == "a"',
    '["a", ""].contains(principal.getTag("scope"))',
    '["a", principal.getTag("scope")].contains(principal.getTag("scope"))',
    '{a: principal.getTag("scope") == "a"}.a',
  ])('when { %s }', (body) => {
    expect(permitsWithoutScope(`permit ${HEAD} when { ${body} };`)).toBe(true);
  });

  test.each([
    ['no condition', `permit ${HEAD};`],
    ['an unless', `permit ${HEAD} unless { ${A} };`],
    ['an annotation that looks like a comment', `@id("//") permit ${HEAD};`],
    ['a scope in a comment', `permit ${HEAD}; // when { ${A} }`],
    ['two statements', `permit ${HEAD} when { ${A} }; permit ${HEAD};`],
    ['a template', 'permit (principal == ?principal, action, resource);'],
    ['no Cedar', 'permit'],
    ['nothing', ''],
  ])('%s', (_what, statement) => {
    expect(permitsWithoutScope(statement)).toBe(true);
  });
});

test('a forbid lets nobody in', () => {
  expect(permitsWithoutScope(`forbid ${HEAD};`)).toBe(false);
});
