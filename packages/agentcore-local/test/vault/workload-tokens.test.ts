import { describe, expect, test } from 'vitest';
import { createExpiringMap } from '../../src/vault/expiring-map.ts';
import { createWorkloadTokens } from '../../src/vault/workload-tokens.ts';

const clock = () => {
  let time = 1_000_000;
  return {
    now: () => time,
    pass: (ms: number) => {
      time += ms;
    },
  };
};
const ALICE = { kind: 'jwt', iss: 'https://issuer', sub: 'alice' } as const;

describe('a workload access token', () => {
  test('is read back as what it was made for', () => {
    const tokens = createWorkloadTokens({ now: Date.now });
    expect(tokens.read(tokens.issue('agent'))).toEqual({ workloadName: 'agent' });
    expect(tokens.read(tokens.issue('agent', ALICE, 'a.b.c'))).toEqual({
      workloadName: 'agent',
      user: ALICE,
      userToken: 'a.b.c',
    });
  });

  test('is no JWT and tells nothing of whom it is for', () => {
    const token = createWorkloadTokens({ now: Date.now }).issue('agent', ALICE, 'a.b.c');
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('ends after its life, and not before', () => {
    const { now, pass } = clock();
    const tokens = createWorkloadTokens({ now, lifeMs: 1000 });
    const token = tokens.issue('agent');
    pass(999);
    expect(tokens.read(token)).toBeDefined();
    pass(1);
    expect(tokens.read(token)).toBeUndefined();
  });

  test('is unknown to another process, and so is any changed one', () => {
    const [one, other] = [createWorkloadTokens({ now: Date.now }), createWorkloadTokens({ now: Date.now })];
    const token = one.issue('agent', ALICE);
    expect(one.read(token)).toBeDefined();
    expect(other.read(token)).toBeUndefined();
    for (const changed of [`${token}A`, token.slice(1), token.toLowerCase(), `${token} `, '']) {
      expect(one.read(changed), changed).toBeUndefined();
    }
  });

  test('is the same for the same workload, user and user token, and given out with at least half its life', () => {
    const { now, pass } = clock();
    const tokens = createWorkloadTokens({ now, lifeMs: 1000 });
    const first = tokens.issue('agent', ALICE);
    pass(499);
    expect(tokens.issue('agent', ALICE)).toBe(first);
    pass(1);
    const second = tokens.issue('agent', ALICE);
    expect(second).not.toBe(first);
    expect(tokens.read(first)).toEqual(tokens.read(second));
  });

  test.each([
    ['another workload', ['other', ALICE]],
    ['another subject', ['agent', { ...ALICE, sub: 'bob' }]],
    ['another issuer', ['agent', { ...ALICE, iss: 'https://other' }]],
    ['parts that would join to the same text', ['agent', { ...ALICE, iss: 'https://issuera', sub: 'lice' }]],
    ['a user id that reads as the subject', ['agent', { kind: 'id', userId: 'alice' }]],
    ['no user', ['agent']],
    ['a user token beside it', ['agent', ALICE, 'a.b.c']],
  ] as const)('differs for %s', (_, [name, user, userToken]) => {
    const tokens = createWorkloadTokens({ now: Date.now });
    const issued = tokens.issue(name, user, userToken);
    expect(issued).not.toBe(tokens.issue('agent', ALICE));
    expect(tokens.read(issued)?.user).toEqual(user);
  });

  test('is forgotten, oldest first, when there are too many: memory is bounded', () => {
    const tokens = createWorkloadTokens({ now: Date.now, maxTokens: 3 });
    const made = ['a', 'b', 'c', 'd'].map((name) => tokens.issue(name));
    expect(made.map((token) => tokens.read(token)?.workloadName)).toEqual([undefined, 'b', 'c', 'd']);
    // One that was pushed out is not given out again.
    expect(tokens.read(tokens.issue('a'))).toEqual({ workloadName: 'a' });
  });
});

describe('a map that forgets', () => {
  test('never holds more than its limit, whatever comes', () => {
    const { now, pass } = clock();
    const map = createExpiringMap<number>(now, 10);
    for (let at = 0; at < 1000; at += 1) {
      map.set(`${at % 37}`, at, now() + (at % 5) * 10);
      pass(3);
      expect(map.size).toBeLessThanOrEqual(10);
    }
  });

  test('an entry set again is the newest', () => {
    const map = createExpiringMap<number>(Date.now, 2);
    const never = Number.POSITIVE_INFINITY;
    map.set('a', 1, never);
    map.set('b', 2, never);
    map.set('a', 3, never);
    map.set('c', 4, never);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  });
});
