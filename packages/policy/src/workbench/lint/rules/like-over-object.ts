import { isOverObject, likesOf } from '../like.ts';
import type { FileRule } from '../rule.ts';

export const likeOverObject: FileRule = {
  code: 'like_over_object',
  finds: '`like` over the JSON text of an object claim: `{"manager":false}` holds the word too',
  allowable: true,
  check: (subject) =>
    likesOf(subject)
      .filter(isOverObject)
      .map(({ at }) => ({
        at,
        message:
          'An object is JSON text here; its order, its depth and what a value holds are not what a pattern sees.',
        fix: 'Have the issuer put what is asked for into a claim of its own, and compare that with ==.',
      })),
};
