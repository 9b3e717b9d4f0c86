/** A matrix on the terminal. */
import type { View } from '@secure-agent/policy/workbench';
import { table } from '../terminal.ts';

const noteText = ({ number, conditions, allowed, denied }: View['notes'][number]): string =>
  [`[${number}] ${conditions.join('\n    and ')}`, `    allowed  ${allowed}`, `    denied   ${denied}`].join(
    '\n',
  );

/** The table, its notes, and what was tried. */
export function matrixText({ roles, rows, notes, remarks }: View): string {
  const body = rows.map(({ tool, cells }) => [tool, ...cells.map(({ text }) => text)]);
  return [table(['tool', ...roles], body), ...notes.map(noteText), remarks.join('\n')].join('\n\n');
}
