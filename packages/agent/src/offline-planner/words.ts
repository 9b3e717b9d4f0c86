/** Words of a text, reduced so that `approves`, `approved` and `approve` are one word. */

const STOP_WORDS = new Set(
  (
    'a an the this that these those it its of for to in on at by with without from into as about and or but if ' +
    'is are was were be been do does did have has had will would can could shall should may might must ' +
    'i me my mine we us our you your he she his her they them their who whom whose what which when where why how ' +
    'much many any some all no not there here now just also please want need like let get show tell give see know ' +
    'use using tool so up out than then take make look today current currently'
  ).split(' '),
);

function undouble(word: string): string {
  return /([bdfgmnprt])\1$/.test(word) ? word.slice(0, -1) : word;
}

function withoutPlural(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(?:[sxz]|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^suiy]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

/** A light English stem: plural, -ing, -ed and a final -e go. The same on both sides is all that matching needs. */
export function stem(word: string): string {
  const singular = withoutPlural(word.toLowerCase());
  const bare =
    singular.length > 5 && singular.endsWith('ing')
      ? undouble(singular.slice(0, -3))
      : singular.length > 4 && singular.endsWith('ed')
        ? undouble(singular.slice(0, -2))
        : singular;
  return bare.length > 3 && bare.endsWith('e') ? bare.slice(0, -1) : bare;
}

const WORD = /[\p{L}\p{N}]+/gu;

/** Raw words of a text in order; `camelCase`, `snake_case` and `kebab-case` fall apart, `e-mail` is one word. */
export function rawWords(text: string): string[] {
  const spaced = text
    .normalize('NFKC')
    .replace(/\be-mail/gi, 'email')
    .replace(/['’]s\b/g, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  return spaced.match(WORD) ?? [];
}

/** All stems of a text, in order. */
export const stems = (text: string): string[] => rawWords(text).map(stem);

/** Stems without the words that say nothing about the subject. */
export const contentStems = (text: string): string[] =>
  rawWords(text)
    .filter((word) => !STOP_WORDS.has(word.toLowerCase()))
    .map(stem);
