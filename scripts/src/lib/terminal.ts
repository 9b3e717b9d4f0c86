/** What people see: aligned tables, colour only on a terminal, progress on stderr. */
import { styleText } from 'node:util';

type Colour = 'green' | 'red' | 'yellow' | 'dim' | 'bold';

/** Writes a line to stdout. */
export const print = (text = ''): void => {
  process.stdout.write(`${text}\n`);
};

/** Writes a line to stderr: progress and errors, never a result. */
export const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Colours a text when stdout is a terminal and NO_COLOR is not set. */
export const colour = (style: Colour, text: string): string =>
  styleText(style, text, { stream: process.stdout, validateStream: true });

/** Control characters, other ends of line, and what turns the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const SHORT = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Control characters made visible: a name from elsewhere must not move the cursor or forge a line. */
export const visible = (text: string): string =>
  text.replaceAll(
    UNSEEN,
    (sign) => SHORT.get(sign) ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** The same for a text of several lines, which stay lines. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');

const SPACE = 2;
/** No column is cut below this. */
const NARROWEST = 8;

/** Column widths that fit a line: the widest column gives way first. */
function fitted(widths: readonly number[], line: number): readonly number[] {
  const fit = [...widths];
  const total = (): number => fit.reduce((sum, width) => sum + width + SPACE, -SPACE);
  while (total() > line) {
    const widest = Math.max(...fit);
    if (widest <= NARROWEST) break;
    fit[fit.indexOf(widest)] = widest - 1;
  }
  return fit;
}

const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;

/**
 * A table with aligned columns; cells are made visible first.
 * @param line - characters of a line; longer cells are cut to fit. No limit where stdout is not a terminal.
 */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  line: number = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY,
): string {
  const shown = [header, ...rows].map((row) => row.map(visible));
  const natural = header.map((_name, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const widths = fitted(natural, line);
  const write = (row: readonly string[]): string =>
    row
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(' '.repeat(SPACE))
      .trimEnd();
  const [first = [], ...others] = shown;
  return [colour('bold', write(first)), ...others.map(write)].join('\n');
}
