/** The caller assertion: its form, and each check that follows a verified MAC. */
import { describe, expect, it } from 'vitest';
import {
  assertionSigningInput,
  CALLER_FIELD,
  type CallerClaims,
  checkAssertion,
  hashArguments,
  joinAssertion,
  MAX_ASSERTION_SECONDS,
  parseAssertion,
} from '../src/index.ts';

const NOW = 1_800_000_000;
const TOOL = 'HrTarget___get_leave_balance';
const ARGS = { days: 3, nested: { a: 1, b: [2] } };
const CLAIMS: CallerClaims = {
  iss: 'https://idp.example/pool',
  sub: 'eve',
  scopes: ['hr/invoke', 'hr/read'],
  client_id: 'app',
  tenant: 'acme',
  employee_id: 'E100',
  tool: TOOL,
  args: hashArguments(ARGS),
  rid: 'r-1',
  iat: NOW,
  exp: NOW + 60,
};
const MAC = Uint8Array.from({ length: 32 }, (_, index) => index * 8);
const text = (claims: unknown) =>
  `v1.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${Buffer.from(MAC).toString('base64url')}`;

describe('form', () => {
  it('comes back as it was written, with the very text that was signed', () => {
    const signingInput = assertionSigningInput(CLAIMS);
    const parsed = parseAssertion(joinAssertion(signingInput, MAC));
    expect(parsed).toEqual({
      ok: true,
      value: { signingInput, mac: Buffer.from(MAC), unverifiedClaims: CLAIMS },
    });
  });

  it('fits into one KMS MAC request', () => {
    expect(Buffer.byteLength(assertionSigningInput(CLAIMS))).toBeLessThan(4096);
  });

  const whole = text(CLAIMS);
  const [version, payload, mac] = whole.split('.');
  it.each<[string, string]>([
    ['empty', ''],
    ['another version', `v2.${payload}.${mac}`],
    ['no version', `${payload}.${mac}`],
    ['no MAC', `${version}.${payload}`],
    ['an empty MAC', `${version}.${payload}.`],
    ['an empty payload', `${version}..${mac}`],
    ['a fourth part', `${whole}.x`],
    ['a payload that is not JSON', `v1.${Buffer.from('{').toString('base64url')}.${mac}`],
    ['no subject', text({ ...CLAIMS, sub: undefined })],
    ['an empty subject', text({ ...CLAIMS, sub: '' })],
    ['no scopes', text({ ...CLAIMS, scopes: undefined })],
    ['scopes as text', text({ ...CLAIMS, scopes: 'hr/read' })],
    ['no tool', text({ ...CLAIMS, tool: undefined })],
    ['no arguments hash', text({ ...CLAIMS, args: '' })],
    ['no request id', text({ ...CLAIMS, rid: '' })],
    ['no expiry', text({ ...CLAIMS, exp: undefined })],
    ['an expiry as text', text({ ...CLAIMS, exp: String(NOW) })],
    ['an expiry with a fraction', text({ ...CLAIMS, exp: NOW + 0.5 })],
    ['a claim it does not know', text({ ...CLAIMS, admin: true })],
  ])('refuses %s', (_why, assertion) => {
    expect(parseAssertion(assertion)).toEqual({ ok: false, error: 'caller_invalid' });
  });

  it('takes one without tenant and employee', () => {
    const { tenant: _, employee_id: __, ...machine } = CLAIMS;
    expect(parseAssertion(text(machine)).ok).toBe(true);
  });
});

describe('what it is good for', () => {
  const expected = { tool: TOOL, args: ARGS, now: NOW };
  it.each<[string, Partial<CallerClaims>, Partial<typeof expected>, ReturnType<typeof checkAssertion>]>([
    ['as made', {}, {}, undefined],
    ['in its last second', {}, { now: NOW + 59 }, undefined],
    ['at its end', {}, { now: NOW + 60 }, 'caller_expired'],
    ['after its end', {}, { now: NOW + 3600 }, 'caller_expired'],
    ['made five seconds ahead', {}, { now: NOW - 5 }, undefined],
    ['made six seconds ahead', {}, { now: NOW - 6 }, 'caller_expired'],
    ['a life of a second too much', { exp: NOW + MAX_ASSERTION_SECONDS + 1 }, {}, 'caller_expired'],
    ['a life of an hour, nearly over', { iat: NOW - 3590, exp: NOW + 10 }, {}, 'caller_expired'],
    ['another tool', {}, { tool: 'HrTarget___approve_leave' }, 'caller_mismatch'],
    ['another target', {}, { tool: 'Other___get_leave_balance' }, 'caller_mismatch'],
    ['a longer tool name', {}, { tool: `${TOOL}s` }, 'caller_mismatch'],
    ['other arguments', {}, { args: { ...ARGS, days: 4 } }, 'caller_mismatch'],
    ['other nested arguments', {}, { args: { days: 3, nested: { a: 1, b: [3] } } }, 'caller_mismatch'],
    ['an argument of another type', {}, { args: { ...ARGS, days: '3' as never } }, 'caller_mismatch'],
    ['an argument more', {}, { args: { ...ARGS, more: 1 } as never }, 'caller_mismatch'],
    ['no arguments', {}, { args: {} as never }, 'caller_mismatch'],
  ])('%s', (_why, claims, changes, outcome) => {
    expect(checkAssertion({ ...CLAIMS, ...claims }, { ...expected, ...changes })).toBe(outcome);
  });

  it('hashes the arguments without the caller field, at the top only', () => {
    expect(hashArguments({ ...ARGS, [CALLER_FIELD]: 'v1.x.y' })).toBe(hashArguments(ARGS));
    expect(hashArguments({ nested: { [CALLER_FIELD]: 1 } })).not.toBe(hashArguments({ nested: {} }));
  });
});
