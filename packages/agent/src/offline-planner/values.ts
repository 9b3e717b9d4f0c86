/** Values that a person writes into a request, found by their shape alone. */

export type ValueKind = 'quoted' | 'email' | 'date' | 'identifier' | 'number';

/** A part of a text: `start` inclusive, `end` exclusive, in UTF-16 code units. */
export type Stretch = { readonly start: number; readonly end: number };

/** One value and where it stands. */
export type Value = Stretch & { readonly kind: ValueKind; readonly text: string };

// Every repetition is bounded, so that no prompt makes this scan worse than linear.
const SHAPES = [
  `(?<quoted>"[^"\\n]{1,2000}"|“[^”\\n]{1,2000}”|\`[^\`\\n]{1,2000}\`|(?<![\\p{L}\\p{N}])'[^'\\n]{1,2000}'(?![\\p{L}\\p{N}]))`,
  '(?<email>(?<![\\p{L}\\p{N}._%+-])[\\p{L}\\p{N}._%+-]{1,64}@[\\p{L}\\p{N}][\\p{L}\\p{N}.-]{0,250}[\\p{L}\\p{N}])',
  '(?<date>(?<![\\p{L}\\p{N}-])\\d{4}-\\d{2}-\\d{2}(?![\\p{L}\\p{N}-]))',
  '(?<identifier>(?<![\\p{L}\\p{N}_-])(?:\\p{L}{1,12}[-_#]?\\d[\\p{L}\\p{N}_-]{0,63}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}))',
  '(?<number>(?<![\\p{L}\\p{N}_.-])-?\\d{1,15}(?:\\.\\d{1,15})?(?![\\p{L}\\p{N}_]|-\\d))',
];
const SHAPE = new RegExp(SHAPES.join('|'), 'gu');
const KINDS: readonly ValueKind[] = ['quoted', 'email', 'date', 'identifier', 'number'];

/** Most values that are read out of one text; further ones stay words. */
const MAX_VALUES = 64;

/** The values of a text, in order, none overlapping. Quoted text is one value, whatever it holds. */
export function findValues(text: string): Value[] {
  const values: Value[] = [];
  for (const match of text.matchAll(SHAPE)) {
    if (values.length >= MAX_VALUES) break;
    const kind = KINDS.find((name) => match.groups?.[name] !== undefined);
    if (kind === undefined) continue;
    const [whole] = match;
    const inner = kind === 'quoted' ? whole.slice(1, -1) : whole;
    values.push({ kind, text: inner, start: match.index, end: match.index + whole.length });
  }
  return values;
}

/** The text with every stretch blanked out, same length. */
export function withoutStretches(text: string, stretches: readonly Stretch[]): string {
  let rest = text;
  for (const { start, end } of stretches)
    rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end);
  return rest;
}
