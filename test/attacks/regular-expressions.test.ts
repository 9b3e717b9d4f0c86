/**
 * GW-31: no regular expression of the product takes more than linear time. Each one is run over long runs of the
 * characters that it is about, in growing sizes; what counts is how the processor time grows, not how fast the machine is.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { ROOT, sourcesOf } from '../architecture/sources.ts';

type Pattern = { readonly path: string; readonly source: string; readonly flags: string };

/** Packages that see what strangers send. The rest reads files of its own. */
const ROOMS = /^packages\//;

function* regexesIn(node: unknown): Generator<{ readonly pattern: string; readonly flags: string }> {
  if (typeof node !== 'object' || node === null) return;
  if ('regex' in node && typeof node.regex === 'object') {
    yield node.regex as { pattern: string; flags: string };
  }
  for (const child of Object.values(node)) yield* regexesIn(child);
}

const patternsOf = (path: string): readonly Pattern[] =>
  [...regexesIn(parseSync(path, readFileSync(join(ROOT, path), 'utf8')).program)].map(
    ({ pattern, flags }) => ({ path, source: pattern, flags }),
  );

/** One character of each kind that classes name; those that the pattern itself writes come on top. */
const KINDS = [
  'a',
  'A',
  '0',
  ' ',
  '\t',
  '\n',
  '_',
  '-',
  '.',
  '/',
  '=',
  '"',
  '\\',
  ',',
  ':',
  '@',
  '{',
  '<',
  'é',
  '\u200d',
];

/** What the pattern wants to see first, as far as it is plain text. */
function plainStart(source: string): string {
  const [whole = '', start = ''] = /^\^?((?:[\w\s,:;@"'=<>/#&%!~`-]|\\[^A-Za-z0-9])*)/.exec(source) ?? [];
  const plain = start.replace(/\\(.)/g, '$1');
  return /^[*+?{]/.test(source.slice(whole.length)) ? plain.slice(0, -1) : plain;
}

function texts(source: string, size: number): readonly string[] {
  const own = [...source].filter((character) => !/[\w\\()[\]|^$*+?]/.test(character));
  const units = new Set([...KINDS, ...own, 'a.', 'a-', 'a ', '0,', '=a', '\r\n', '%4', '""']);
  const start = plainStart(source);
  return [...units].flatMap((unit) => {
    const run = unit.repeat(size / unit.length);
    return start === '' ? [`${run}\u0000`] : [`${run}\u0000`, `${start}${run}\u0000`];
  });
}

const run = ({ source, flags }: Pick<Pattern, 'source' | 'flags'>, text: string): void => {
  text.replace(new RegExp(source, flags.includes('g') ? flags : `${flags.replace('y', '')}g`), '');
};

/** Processor time, milliseconds: what else the machine does is not counted. */
function cost(pattern: Pick<Pattern, 'source' | 'flags'>, text: string): number {
  const started = process.cpuUsage();
  run(pattern, text);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** A run this short is not worth measuring again. */
const NOTICEABLE_MS = 8;

/** A text for which the time grows faster than the text: four times as long must not take eight times as long. */
function superlinear(pattern: Pick<Pattern, 'source' | 'flags'>): string | undefined {
  // Small sizes first: an exponential one would never end at the largest.
  for (const size of [24, 32, 48, 96, 240, 2_400, 9_600]) {
    for (const [at, text] of texts(pattern.source, size).entries()) {
      if (cost(pattern, text) < NOTICEABLE_MS) continue;
      const best = (of: string): number => Math.min(...[1, 2, 3].map(() => cost(pattern, of)));
      const quarter = texts(pattern.source, size / 4)[at] ?? '';
      const longest = best(text);
      if (longest > NOTICEABLE_MS && longest > 8 * best(quarter)) return JSON.stringify(text.slice(0, 20));
    }
  }
  return undefined;
}

test.each([
  ['exponential', '^(a+)+$', ''],
  ['exponential by alternatives', '^(?:a|aa)+$', ''],
  ['quadratic at its end', '\\s+$', ''],
  ['quadratic by two runs', '^a*a*b$', ''],
  ['quadratic after its start', '^bearer .*,.*=.*$', 'i'],
])('GW-31 control: %s is found', (_kind, source, flags) => {
  expect(superlinear({ source, flags })).toBeDefined();
});

test('GW-31 every regular expression of the packages takes linear time', () => {
  const patterns = sourcesOf('src')
    .filter(({ path }) => ROOMS.test(path))
    .flatMap(({ path }) => patternsOf(path));
  expect(patterns.length).toBeGreaterThan(150);
  const found = patterns.flatMap((pattern) => {
    const text = superlinear(pattern);
    return text === undefined ? [] : [`${pattern.path}: /${pattern.source}/${pattern.flags} on ${text}`];
  });
  expect(found).toEqual([]);
});
