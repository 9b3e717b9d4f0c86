/** A case passes when decision and determining policies are as expected and nothing failed; and fails each other way. */
import { expect, test } from 'vitest';
import { runCases } from '../../../src/workbench/index.ts';
import { cases, policy, TOOLS } from './small-set.ts';

const POLICIES = [
  policy('p', 'permit'),
  policy('also', 'permit', 'when { context.input.to == "x" }'),
  policy('late', 'forbid', 'when { context.system.now > datetime("2026-12-01T00:00:00Z") }'),
  policy('erring', 'forbid', 'when { principal.getTag("level") == "3" }'),
];
const LEVEL = '{ role: boss, claims: { level: 2 } }';

function result(row: string) {
  const [one] = runCases(POLICIES, TOOLS, cases(POLICIES, [row]));
  return one;
}

test.each([
  `who: ${LEVEL}, expect: allow, by: [also, p]`,
  `who: ${LEVEL}, input: { to: y }, expect: allow, by: [p]`,
  `who: ${LEVEL}, at: 2026-12-01T00:00:00.001Z, expect: deny, by: [late]`,
  'who: { role: boss, claims: { level: 3 } }, expect: deny, by: [erring]',
  'who: boss, tool: T___read, input: {}, expect: deny, by: []',
])('%s', (row) => {
  expect(result(row)?.passed).toBe(true);
});

test.each([
  ['the decision is another', `who: ${LEVEL}, expect: deny, by: [also, p]`],
  ['a policy is named that did not decide', `who: ${LEVEL}, input: { to: y }, expect: allow, by: [also, p]`],
  ['a policy decided that is not named', `who: ${LEVEL}, expect: allow, by: [p]`],
  [
    'it is denied by default and not by the policy',
    'who: boss, tool: T___read, input: {}, expect: deny, by: [late]',
  ],
])('a case fails when %s', (_what, row) => {
  expect(result(row)?.passed).toBe(false);
});

test('a policy that cannot be evaluated fails the case, though the call is denied as expected', () => {
  const one = result('who: boss, expect: deny, by: [also, p]');
  expect(one?.passed).toBe(false);
  expect(one?.got.failed).toContain('erring could not be evaluated');
});

test('a forbid that holds beside one that errs does not make the case pass', () => {
  const one = result('who: boss, at: 2027-01-01T00:00:00Z, expect: deny, by: [late]');
  expect(one?.got).toMatchObject({ decision: 'deny', by: ['late'] });
  expect(one?.passed).toBe(false);
});

test.each(['{ to: 1 }', '{ to: x, more: y }', '{}'])(
  'input %s fits no policy: the case proves nothing',
  (input) => {
    const one = result(`who: ${LEVEL}, input: ${input}, expect: deny, by: []`);
    expect(one?.passed).toBe(false);
    expect(one?.got.failed).toContain('Policy evaluation failed');
  },
);
