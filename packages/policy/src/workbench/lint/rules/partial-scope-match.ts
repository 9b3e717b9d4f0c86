import type { Condition, Expression } from '../expression.ts';
import { tagOf, walk } from '../expression.ts';
import { isScopeTag, likesOf, wholeWord } from '../like.ts';
import type { FileRule } from '../rule.ts';

const PLACES = 4;

/** The word and the form of `getTag("scope") == "w"`. */
function equalWord({ operator, operands: [left, right] }: Expression): string | undefined {
  if (operator !== '==' || left === undefined || !isScopeTag(tagOf(left))) return undefined;
  return typeof right?.value === 'string' && !right.value.includes(' ') ? right.value : undefined;
}

type Match = { readonly at: Expression; readonly word: string; readonly form: string };

function matchesOf(body: Expression): readonly Match[] {
  const expressions = walk(body);
  const equal = expressions.flatMap((at) => {
    const word = equalWord(at);
    return word === undefined ? [] : [{ at, word, form: '==' }];
  });
  const patterns = likesOf({ expressions }).flatMap(({ at, pieces, tag }) => {
    const word = isScopeTag(tag) ? wholeWord({ pieces }) : undefined;
    return word === undefined
      ? []
      : [{ at, word, form: pieces.map((piece) => (piece === '' ? '*' : 'w')).join('') }];
  });
  return [...equal, ...patterns];
}

/** Missing a scope here lets the call pass: `forbid … when` and `permit … unless`. */
const opens = (effect: 'permit' | 'forbid', { kind }: Condition): boolean =>
  (effect === 'forbid') === (kind === 'when');

export const partialScopeMatch: FileRule = {
  code: 'partial_scope_match',
  finds:
    'a scope that a `forbid … when` or a `permit … unless` looks for in fewer than its four places, and so overlooks',
  allowable: true,
  check: ({ file, conditions }) =>
    conditions
      .filter((condition) => opens(file.effect, condition))
      .flatMap(({ body }) => [...Map.groupBy(matchesOf(body), ({ word }) => word)])
      .filter(([, matches]) => new Set(matches.map(({ form }) => form)).size < PLACES)
      .flatMap(([word, [first]]) =>
        first === undefined
          ? []
          : [
              {
                at: first.at,
                message: `The scope "${word}" is not looked for everywhere in the list, so a token that has it can go unseen.`,
                fix: 'Match the whole word in its four places: == "w", like "w *", like "* w", like "* w *".',
              },
            ],
      ),
};
