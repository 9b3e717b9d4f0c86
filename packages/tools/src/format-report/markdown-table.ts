/** Text from strangers as cells of a Markdown table: it stays text there, and in a spreadsheet it lands in. */

const ACTIVE = /[\\`*_[\]<>~&#|]/g;
/** What makes a spreadsheet read a cell as a formula, full-width forms included (OWASP, CSV Injection). */
const FORMULA = /^[=+\-@＝＋－＠]/;
const NUMBER = /^[+-]?[0-9]+(?:[.,][0-9]+)*%?$/;

/** One line of text that Markdown shows as it is. */
export const escapeInline = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .replace(ACTIVE, '\\$&');

/** A cell: a formula gets a leading apostrophe, a plain signed number does not. */
export function tableCell(text: string): string {
  const line = escapeInline(text);
  return FORMULA.test(line) && !NUMBER.test(line) ? `'${line}` : line;
}

const tableLine = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table whose rows all have the header's number of cells (GitHub Flavored Markdown, section 4.10). */
export const markdownTable = (header: readonly string[], rows: readonly (readonly string[])[]): string =>
  [
    tableLine(header.map(tableCell)),
    tableLine(header.map(() => '---')),
    ...rows.map((row) => tableLine(row.map(tableCell))),
  ].join('\n');
