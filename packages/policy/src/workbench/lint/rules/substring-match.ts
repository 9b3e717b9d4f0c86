import { isScopeTag, isSubstring, likesOf, patternOf } from '../like.ts';
import type { FileRule } from '../rule.ts';

/** Attack row CP-07. The guide's own example is `like "*manager*"`. */
export const substringMatch: FileRule = {
  code: 'substring_match',
  finds:
    '`like` that matches part of a word in a scope, a list or another claim: `*manager*` also matches `notmanager`',
  allowable: true,
  check: (subject) =>
    likesOf(subject)
      .filter(isSubstring)
      .map((like) => ({
        at: like.at,
        message: `The pattern ${JSON.stringify(patternOf(like))} matches part of a word: a longer name that holds it matches too.`,
        fix: isScopeTag(like.tag)
          ? 'Match the whole word in its four places: == "w", like "w *", like "* w", like "* w *".'
          : 'Compare with ==, or carry the right in a scope, which is matched as a whole word.',
      })),
};
