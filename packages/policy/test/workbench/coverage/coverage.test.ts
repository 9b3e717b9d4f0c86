/** Coverage: which policies decide, and which conditions are reached and go both ways. */
import { describe, expect, test } from 'vitest';
import { coverageOf, isCovered, type PolicyFile, runCases } from '../../../src/workbench/index.ts';
import { cases, policy, TOOLS } from '../cases/small-set.ts';

const TAG = 'principal.getTag("scope")';

function cover(file: PolicyFile, rows: readonly string[]) {
  const [covered] = coverageOf([file], TOOLS, runCases([file], TOOLS, cases([file], rows)));
  if (covered === undefined) throw new Error('no policy');
  return covered;
}

const ways = (file: PolicyFile, rows: readonly string[]) =>
  cover(file, rows).conditions.map((one) => [one.text, one.true, one.false]);

const ALLOW = 'expect: allow, by: [p]';
const DENY = 'expect: deny, by: []';

describe('a policy', () => {
  const file = policy('p', 'permit');

  test('without conditions is covered by one case that it decides', () => {
    expect(isCovered(cover(file, [`who: boss, ${ALLOW}`]))).toBe(true);
  });

  test('that decides no case is not covered', () => {
    expect(isCovered(cover(file, [`who: boss, tool: T___read, input: {}, ${DENY}`]))).toBe(false);
  });

  test('is not covered by a case that fails', () => {
    expect(cover(file, [`who: boss, ${DENY}`]).decides).toBe(0);
  });
});

describe('a condition', () => {
  const file = policy('p', 'permit', `when {\n  ${TAG} == "a boss" &&\n  context.input.to == "x"\n}`);

  test('counts where Cedar gets to it: behind a false && it is not reached', () => {
    expect(ways(file, [`who: boss, ${ALLOW}`, `who: dev, input: { to: y }, ${DENY}`])).toEqual([
      [`${TAG} == "a boss"`, 1, 1],
      ['context.input.to == "x"', 1, 0],
    ]);
  });

  test('that goes both ways in cases that reach it is covered', () => {
    const rows = [`who: boss, ${ALLOW}`, `who: dev, ${DENY}`, `who: boss, input: { to: y }, ${DENY}`];
    expect(isCovered(cover(file, rows))).toBe(true);
    for (const index of rows.keys()) expect(isCovered(cover(file, rows.toSpliced(index, 1)))).toBe(false);
  });

  test('has the line of its file', () => {
    expect(cover(file, [`who: boss, ${ALLOW}`]).conditions.map(({ line }) => line)).toEqual([4, 5]);
  });

  test('of another tool is not reached', () => {
    const rows = [`who: boss, ${ALLOW}`, `who: boss, tool: T___read, input: {}, ${DENY}`];
    expect(ways(file, rows)).toEqual([
      [`${TAG} == "a boss"`, 1, 0],
      ['context.input.to == "x"', 1, 0],
    ]);
  });
});

test('what is behind a true || is not reached', () => {
  const file = policy('p', 'permit', `when { ${TAG} == "a boss" || context.input.to == "x" }`);
  expect(ways(file, [`who: boss, input: { to: y }, ${ALLOW}`, `who: dev, ${ALLOW}`])).toEqual([
    [`${TAG} == "a boss"`, 1, 1],
    ['context.input.to == "x"', 1, 0],
  ]);
});

test('the branches of an if are reached one at a time, and ! turns nothing', () => {
  const body = `if ${TAG} == "a boss" then !(context.input.to == "x") else context.input.to == "y"`;
  const file = policy('p', 'permit', `when { ${body} }`);
  expect(ways(file, [`who: boss, ${DENY}`, `who: dev, input: { to: y }, ${ALLOW}`])).toEqual([
    [`${TAG} == "a boss"`, 1, 1],
    ['context.input.to == "x"', 1, 0],
    ['context.input.to == "y"', 1, 0],
  ]);
});

test('a clause is reached where those before it hold', () => {
  const file = policy('p', 'permit', `unless { ${TAG} == "a dev" }\nwhen { context.input.to == "x" }`);
  expect(ways(file, [`who: boss, ${ALLOW}`, `who: dev, input: { to: y }, ${DENY}`])).toEqual([
    [`${TAG} == "a dev"`, 1, 1],
    ['context.input.to == "x"', 1, 0],
  ]);
});

test('a condition that errs is neither true nor false', () => {
  const file = policy('p', 'permit', 'when { context.input has n && context.input.n + 1 > 0 }');
  const rows = [`who: boss, input: { to: x, n: 1 }, ${ALLOW}`, `who: boss, ${DENY}`];
  expect(ways(file, rows)).toEqual([
    ['context.input has n', 1, 1],
    ['(context.input.n + 1) > 0', 1, 0],
  ]);
});

test('constants are no conditions', () => {
  expect(
    ways(policy('p', 'permit', 'when { true && context.input.to == "x" }'), [`who: boss, ${ALLOW}`]),
  ).toEqual([['context.input.to == "x"', 1, 0]]);
});

test('conditions are found in comments, other texts and other spellings of themselves', () => {
  const file = policy(
    'p',
    'permit',
    'when {\n  // context.input.to == "x"\n  "context.input.to == \\"y\\"" != context.input.to &&\n  (context.input["to"]) == "x" ||\n  context.input.to  ==  "x"\n}',
  );
  expect(cover(file, [`who: boss, ${ALLOW}`]).conditions.map(({ line }) => line)).toEqual([5, 6, 7]);
});

test('an integer that the JSON form loses leaves the conditions unmeasured, and the policy uncovered', () => {
  const file = policy('p', 'permit', 'when { context.input.n < 9007199254740993 }');
  const covered = cover(file, [`who: boss, input: { to: x, n: 1 }, ${ALLOW}`]);
  expect(covered.unmeasured).toContain('beyond 2^53');
  expect(isCovered(covered)).toBe(false);
});
