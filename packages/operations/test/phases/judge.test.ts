import { describe, expect, test } from 'vitest';
import { judge, type Observations, type Phase } from '../../src/index.ts';

const DOORS = { runtimeAnonymous: 'refused', gatewayAnonymous: 'refused' } as const;
const SIGNATURES = { runtimeSigned: 'refused', gatewaySigned: 'refused' } as const;
const BEARER = { ...DOORS, ...SIGNATURES, runtimeBearer: 'accepted', gatewayBearer: 'accepted' } as const;

/** What a system of each phase does. */
const SEEN: Readonly<Record<Phase, Observations>> = {
  sigv4: {
    ...DOORS,
    runtimeBearer: 'refused',
    gatewayBearer: 'refused',
    ...{ runtimeSigned: 'accepted', gatewaySigned: 'accepted' },
    policyMode: undefined,
    deniedCall: 'unknown',
  },
  jwt: { ...BEARER, policyMode: undefined, deniedCall: 'accepted' },
  log_only: { ...BEARER, policyMode: 'LOG_ONLY', deniedCall: 'accepted' },
  enforce: { ...BEARER, policyMode: 'ENFORCE', deniedCall: 'refused' },
};

describe.each(Object.entries(SEEN))('%s', (phase, seen) => {
  test('is known by what it does', () => {
    expect(judge(seen)).toMatchObject({ phase, ok: true });
    expect(judge(seen).checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test.each(['runtimeAnonymous', 'gatewayAnonymous'] as const)('%s: an open door is never well', (door) => {
    for (const answer of ['accepted', 'unknown'] as const) {
      const verdict = judge({ ...seen, [door]: answer });
      expect(verdict).toMatchObject({ phase, ok: false });
      expect(verdict.checks.filter(({ ok }) => !ok)).toEqual([expect.objectContaining({ seen: answer })]);
      expect(verdict.next).toMatch(/nobody signed in/);
    }
  });
});

type Cell = readonly [id: string, seen: Observations, phase: Phase | 'unclear', ok: boolean];
const CELLS: readonly Cell[] = [
  ['ENFORCE that does not deny', { ...SEEN.enforce, deniedCall: 'accepted' }, 'enforce', false],
  ['ENFORCE whose denial nobody saw', { ...SEEN.enforce, deniedCall: 'unknown' }, 'enforce', false],
  ['LOG_ONLY that denies', { ...SEEN.log_only, deniedCall: 'refused' }, 'log_only', false],
  ['no engine, and still a denial', { ...SEEN.jwt, deniedCall: 'refused' }, 'jwt', false],
  ['one door by token, the other not', { ...SEEN.enforce, runtimeBearer: 'refused' }, 'unclear', false],
  [
    'no token to ask with',
    { ...SEEN.enforce, runtimeBearer: 'unknown', gatewayBearer: 'unknown' },
    'unclear',
    false,
  ],
  ['no person to ask as', { ...SEEN.enforce, runtimeBearer: 'unknown' }, 'enforce', true],
  ['SigV4 with an engine already', { ...SEEN.sigv4, policyMode: 'ENFORCE' }, 'sigv4', false],
  ['doors that refuse everyone', { ...SEEN.sigv4, ...SIGNATURES }, 'sigv4', false],
  ['a runtime that takes signatures too', { ...SEEN.jwt, runtimeSigned: 'accepted' }, 'jwt', false],
  ['a gateway that takes signatures too', { ...SEEN.enforce, gatewaySigned: 'accepted' }, 'enforce', false],
  ['nobody whom IAM lets sign', { ...SEEN.sigv4, runtimeSigned: 'unknown' }, 'sigv4', true],
];

test.each(CELLS)('%s', (_id, seen, phase, ok) => {
  expect(judge(seen)).toMatchObject({ phase, ok });
});

test('each phase names another next step', () => {
  const steps = Object.values(SEEN).map((seen) => judge(seen).next);
  expect(new Set(steps).size).toBe(steps.length);
});
