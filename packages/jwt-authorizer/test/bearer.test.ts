/** From raw headers to one token: group BX of the attack catalogue, as far as no parser of HTTP is needed. */
import { describe, expect, it } from 'vitest';
import { extractBearer, extractBearerFromHeader } from '../src/index.ts';

const outcomeOf = (result: ReturnType<typeof extractBearer>) =>
  result.ok ? result.value : [result.error.reason, result.error.detail].filter(Boolean).join(' ');

const VALUES: readonly [id: string, value: string | undefined, outcome: string][] = [
  ['BX-01', undefined, 'missing_token'],
  ['BX-01', '', 'missing_token'],
  ['BX-02', 'Bearer', 'malformed_token unparsable'],
  ['BX-02', 'Bearer ', 'malformed_token unparsable'],
  ['BX-02', 'Bearer ""', 'malformed_token credentials'],
  ['BX-02', 'Bearer [object Object]', 'malformed_token credentials'],
  ['BX-07', 'Bearer a.b.c, Bearer d.e.f', 'malformed_token credentials'],
  ['BX-07', 'Bearer a.b.c,d.e.f', 'malformed_token credentials'],
  ['BX-07', 'Bearer a.b.c d.e.f', 'malformed_token credentials'],
  ['BX-08', 'Basic YTpi', 'missing_token'],
  ['BX-08', 'DPoP a.b.c', 'missing_token'],
  ['BX-08', 'Token a.b.c', 'missing_token'],
  ['BX-08', 'BearerX a.b.c', 'missing_token'],
  ['BX-08', 'Bearer-Token a.b.c', 'missing_token'],
  ['BX-08', 'a.b.c', 'missing_token'],
  ['BX-08', 'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/x/aws4_request', 'method_mismatch'],
  ['BX-09', 'Bearer a.b.c', 'a.b.c'],
  ['BX-09', 'bearer a.b.c', 'a.b.c'],
  ['BX-09', 'BEARER a.b.c', 'a.b.c'],
  ['BX-09', 'Bearer  a.b.c', 'malformed_token credentials'],
  ['BX-09', 'Bearer\ta.b.c', 'malformed_token credentials'],
  ['BX-09', 'Bearer a.b.c ', 'malformed_token credentials'],
  ['BX-09', 'Bearer a.b.c\n', 'malformed_token credentials'],
  ['BX-09', 'Bearer a.b.\u00e9', 'malformed_token credentials'],
];

describe('bearer extraction', () => {
  it.each(VALUES)('%s %j', (_id, value, outcome) => {
    expect(outcomeOf(extractBearerFromHeader(value))).toBe(outcome);
    const headers = value === undefined ? [] : ['aUTHORIZATION', value];
    expect(outcomeOf(extractBearer(['Host', 'a', ...headers, 'X-Other', 'b']))).toBe(outcome);
  });

  it.each([
    ['two tokens', 'Bearer a.b.c', 'Bearer d.e.f'],
    ['the same token twice', 'Bearer a.b.c', 'Bearer a.b.c'],
    ['another scheme first', 'Basic YTpi', 'Bearer a.b.c'],
    ['an empty one first', '', 'Bearer a.b.c'],
  ])('BX-06 %s: none of two is picked, in either order', (_why, first, second) => {
    for (const [one, two] of [
      [first, second],
      [second, first],
    ] as const) {
      expect(outcomeOf(extractBearer(['Authorization', one, 'authorization', two]))).toBe('duplicate_header');
    }
    expect(outcomeOf(extractBearer(['Authorization', second]))).not.toBe('duplicate_header');
  });

  it('reads names only where names are', () => {
    expect(outcomeOf(extractBearer(['X-Note', 'Authorization', 'Bearer a.b.c', 'x']))).toBe('missing_token');
    expect(outcomeOf(extractBearer(['Proxy-Authorization', 'Bearer a.b.c']))).toBe('missing_token');
  });
});
