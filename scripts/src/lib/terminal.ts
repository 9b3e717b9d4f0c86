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

/** Control characters made visible: a name from elsewhere must not move the cursor or forge a line. */
export const visible = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (sign) => JSON.stringify(sign).slice(1, -1));

/** A table with aligned columns; cells are made visible first. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = [header, ...rows].map((row) => row.map(visible));
  const widths = header.map((_name, column) => Math.max(...shown.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const [first = [], ...others] = shown;
  return [colour('bold', line(first)), ...others.map(line)].join('\n');
}
