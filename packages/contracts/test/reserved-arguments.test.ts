import { describe, expect, it } from 'vitest';
import { CALLER_FIELD, isReservedArgument } from '../src/index.ts';

describe('reserved argument names', () => {
  it.each([
    CALLER_FIELD,
    'userId',
    'user_id',
    'USER-ID',
    '__user.id__',
    'user id',
    'User',
    'sub',
    'SUB',
    'tenant',
    'tenant_id',
    'roles',
    'Scopes',
    'on_behalf_of',
    'actAs',
    'access_token',
    'Authorization',
    'ｕｓｅｒＩｄ',
    'user\u200bId',
    'iss',
    'client_id',

    'user_id2',
  ])('%j is reserved', (name) => expect(isReservedArgument(name)).toBe(true));

  it.each([
    'employee_id',
    'recipient_email',
    'markdown_content',
    'subject_line',
    'days',
    'user_count',
    'subtotal',
    'tokens',
    '',
    '123',
    'issue',
    'issuer',
    'caller_note',
  ])('%j is not', (name) => expect(isReservedArgument(name)).toBe(false));

  it('leaves no declared argument of the tools behind', () => {
    for (const name of ['markdown_content', 'recipient_email', 'employee_id', 'days', 'title', 'sections']) {
      expect(isReservedArgument(name)).toBe(false);
    }
  });
});
