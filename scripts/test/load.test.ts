/** The load suite, short: every answer is the expected one, and a wrong answer would be noticed. */
import { expect, test } from 'vitest';
import { type Expected, expectedOf } from '../src/load/expected.ts';
import { problemOf } from '../src/load/requests.ts';
import { runLoad, verdictsOf } from '../src/load/run-load.ts';
import { type Spec, specOf } from '../src/load/spec.ts';

test('two seconds of good, expired, forged and malformed requests', async () => {
  const report = await runLoad({ seconds: 2, connections: 20, minimum: 500 });
  expect(report.examples).toEqual([]);
  expect(verdictsOf(report).filter(([, held]) => !held)).toEqual([]);
  expect(report.called).toBeGreaterThan(100);
  expect(report.outcomes.size).toBeGreaterThan(5);
});

const GOOD: Spec = {
  index: 7,
  door: 'ours',
  token: 'valid',
  person: 0,
  body: 'call',
  tool: 0,
  days: 3,
  undeclared: false,
};
const HEAD = 'HTTP/1.1 200 OK\r\nwww-authenticate: Bearer error="invalid_token"';
const answered = (id: number, args: unknown, isError = false) => ({
  status: 200,
  head: HEAD,
  body: JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: { content: [{ type: 'text', text: JSON.stringify(args) }], isError },
  }),
});
const ARGS = { start_date: '2026-12-01', days: 3, reason: 'request 7' };
const CALLED: readonly Expected[] = [{ kind: 'called' }];

test('control: the good answer to a good request', () => {
  expect(expectedOf(GOOD, 0, 0, 1)).toEqual(CALLED);
  expect(problemOf(CALLED, GOOD, answered(7, ARGS))).toBeUndefined();
});

test.each([
  ['the answer to another request', CALLED, answered(8, ARGS)],
  ['the arguments of another request', CALLED, answered(7, { ...ARGS, reason: 'request 8' })],
  ['an error for a good request', CALLED, answered(7, ARGS, true)],
  ['no JSON', CALLED, { status: 200, head: HEAD, body: '{' }],
  ['a forged token let in', expectedOf({ ...GOOD, token: 'foreign_key' }, 0, 0, 1), answered(7, ARGS)],
  ['a token let in after its end', expectedOf({ ...GOOD, token: 'short' }, 1, 2, 1), answered(7, ARGS)],
  ['days that the policy does not permit', expectedOf({ ...GOOD, days: 11 }, 0, 0, 1), answered(7, ARGS)],
  [
    '401 without a challenge',
    expectedOf({ ...GOOD, token: 'none' }, 0, 0, 1),
    { status: 401, head: 'HTTP/1.1 401 Unauthorized', body: '{"error":{"code":-32001}}' },
  ],
])('%s is noticed', (_what, expected, answer) => {
  expect(problemOf(expected, GOOD, answer)).toContain('expected');
});

test('a token that ends on the way may be let in or not', () => {
  expect(expectedOf({ ...GOOD, token: 'short' }, 0, 1, 1).map(({ kind }) => kind)).toEqual([
    'called',
    'rpc_error',
  ]);
});

test('requests are the same in every run, and of every kind', () => {
  const specs = Array.from({ length: 5000 }, (_, index) => specOf(index));
  expect(specs).toEqual(Array.from({ length: 5000 }, (_, index) => specOf(index)));
  for (const part of ['door', 'token', 'body', 'tool', 'days', 'undeclared'] as const) {
    expect(new Set(specs.map((spec) => spec[part])).size, part).toBeGreaterThan(1);
  }
});
