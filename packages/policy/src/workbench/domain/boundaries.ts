/** Values on, just below and just above what a condition compares with. */
import type { PatternElem } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from '../../reads.ts';
import type { Literal } from './literal.ts';

const near = (type: 'long' | 'decimal' | 'duration' | 'datetime', value: number, step: number) =>
  [value - step, value, value + step].map((one) => ({ type, value: one }));

const text = (values: readonly string[]): readonly Literal[] =>
  [...new Set(values)].filter((value) => value.isWellFormed()).map((value) => ({ type: 'string', value }));

/** Cedar's decimal has four places. */
const STEP = 0.0001;
const places = (value: number): number => Math.round(value / STEP) / 10_000;

/** Neighbours of a constant: of a number one below and one above, of a text what has it at its start or end. */
export function boundaries(literal: Literal): readonly Literal[] {
  switch (literal.type) {
    case 'long':
    case 'duration':
    case 'datetime':
      return near(literal.type, literal.value, 1);
    case 'decimal':
      return near('decimal', literal.value, STEP).map(({ type, value }) => ({ type, value: places(value) }));
    case 'string':
      return text([literal.value, `${literal.value}x`, `x${literal.value}`]);
    case 'entity':
      return [literal, { type: 'entity', value: `${literal.value}x` }];
    case 'bool':
      return [literal, { type: 'bool', value: !literal.value }];
    case 'set':
      return sets(literal.value);
    case 'record':
      return [literal];
  }
}

/** No item, each alone, all, and all with another one. */
function sets(items: readonly Literal[]): readonly Literal[] {
  const others = items.slice(0, 1).flatMap((item) => boundaries(item).filter((one) => !items.includes(one)));
  const other = others.find(({ value }) => items.every((item) => item.value !== value));
  const chosen = [[], ...items.map((item) => [item]), items, ...(other ? [[other], [...items, other]] : [])];
  return chosen.map((value) => ({ type: 'set', value }));
}

/** A `like` pattern as Cedar's JSON form has it. */
type Pattern = readonly PatternElem[];

/** The pattern of a `like`: Cedar itself wrote it, so its form is known. */
export const patternOf = (body: unknown): Pattern => member(body, 'pattern') as Pattern;

/** The texts between the wildcards; the first or last is empty where the pattern begins or ends with one. */
export function segments(pattern: Pattern): readonly string[] {
  const found = [''];
  for (const element of pattern) {
    if (element === 'Wildcard') found.push('');
    else found[found.length - 1] += element.Literal;
  }
  return found;
}

/** What a pattern takes, with its wildcards not empty and empty. */
export function patternInstances(pattern: Pattern): readonly Literal[] {
  const parts = segments(pattern);
  return text([parts.join('x'), parts.join('')]);
}

/** The same, and what it only nearly takes. */
export function patternTexts(pattern: Pattern): readonly Literal[] {
  const parts = segments(pattern);
  const [bare, filled] = [parts.join(''), parts.join('x')];
  return text([filled, bare, `x${bare}`, `${bare}x`, bare.slice(1), bare.slice(0, -1), `x${filled}x`]);
}

/** Words of a constant or of a pattern's segments: what stands between spaces. */
export const wordsOf = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((one) => one.split(' ')).filter((word) => word !== '')),
];

/** A list of words that has the word alone, first, last and between, and lists that have only what looks like it. */
export const wordTexts = (word: string): readonly Literal[] =>
  text([
    word,
    `${word} x`,
    `x ${word}`,
    `x ${word} x`,
    `x${word}`,
    `${word}x`,
    `${word}-readonly`,
    `x x${word} x`,
    `x ${word}x x`,
  ]);
