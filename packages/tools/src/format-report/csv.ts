/** CSV (RFC 4180) to rows of cells. Blank lines are skipped; LF and CRLF both end a line. */
import { err, ok, type Result } from '@secure-agent/contracts';

/** One cell: quoted with doubled quotes inside, or plain up to a comma, a quote or a line end. */
const CELL = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;
const BREAK = /,|\r?\n|$/y;

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

/**
 * Reads CSV text.
 * @returns the rows, the header first; or the number of the row that is malformed, from 1.
 */
export function parseCsv(text: string): Result<string[][], number> {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const cell = matchAt(CELL, text, at);
    at += cell?.[0].length ?? 0;
    const end = matchAt(BREAK, text, at);
    if (cell === null || end === null) return err(rows.length + 1);
    row.push(cell[1]?.replaceAll('""', '"') ?? cell[2] ?? '');
    at += end[0].length;
    if (end[0] === ',' && at < text.length) continue;
    if (end[0] === ',') row.push('');
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return ok(rows);
}
