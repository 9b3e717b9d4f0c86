import { isOverQuotedName, likesOf } from '../like.ts';
import type { FileRule } from '../rule.ts';

/** Attack row CP-08. */
export const likeOverQuotedName: FileRule = {
  code: 'like_over_quoted_name',
  finds: '`like` over a quoted name in the JSON text of a list: a group named `a","manager` forges it',
  allowable: true,
  check: (subject) =>
    likesOf(subject)
      .filter(isOverQuotedName)
      .map(({ at }) => ({
        at,
        message:
          'A list is JSON text here, and a name with quotes in it looks like two names: it can be forged.',
        fix: 'Derive a scope from the group before the token is signed, and match the scope as a whole word.',
      })),
};
