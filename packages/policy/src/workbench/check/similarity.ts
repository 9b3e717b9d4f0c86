/** How much two descriptions are alike: the cosine of their sets of words, so that order and repetition count for nothing. */

/** Words that stand in every description. */
const COMMON = new Set(
  'a an and as at by for from in is it its of on or that the this to use when with'.split(' '),
);

/** Endings that make another form of the same word. */
const stem = (word: string): string => word.replace(/(?<=[a-z]{3})(?:ing|ed|es|s)$/, '');

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(
    (
      text
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? []
    )
      .filter((word) => !COMMON.has(word))
      .map(stem),
  );

/** @returns 0 for texts that share no word, 1 for texts of the same words. */
export function similarity(one: string, other: string): number {
  const [words, others] = [wordsOf(one), wordsOf(other)];
  if (words.size === 0 || others.size === 0) return 0;
  const shared = [...words].filter((word) => others.has(word)).length;
  return shared / Math.sqrt(words.size * others.size);
}
