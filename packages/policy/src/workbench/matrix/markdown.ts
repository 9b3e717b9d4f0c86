/** A matrix as Markdown, for the documentation and for pull requests. */
import type { Note, View } from './view.ts';

/** A text that is neither markup nor the end of a cell. */
export const markdownText = (text: string): string => text.replace(/[\\`*_{}[\]<>()#+!|~&-]/g, '\\$&');

/** A text as code: in more backticks than it has in a row. */
export function markdownCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}

/** The same inside a table, where a bar ends a cell even in code. */
const markdownCellCode = (text: string): string => markdownCode(text.replaceAll('|', '\\|'));

/** A row of a table; the cells are Markdown. */
const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const noteLines = ({ number, conditions, allowed, denied }: Note): readonly string[] => [
  `### Condition ${number}`,
  '',
  ...conditions.map((one) => `- ${markdownCode(one)}`),
  '',
  `Allowed: ${markdownCode(allowed)}. Denied: ${markdownCode(denied)}.`,
  '',
];

/** The table, its conditions with an example of each side, and what was not tried. Ends with an end of line. */
export function matrixMarkdown({ roles, rows, notes, remarks }: View): string {
  const header = ['tool', ...roles.map(markdownText)];
  const lines = [
    markdownRow(header),
    markdownRow(header.map(() => '---')),
    ...rows.map(({ tool, cells }) =>
      markdownRow([markdownCellCode(tool), ...cells.map(({ text }) => markdownText(text))]),
    ),
    '',
    ...notes.flatMap(noteLines),
    ...remarks.map((remark) => `- ${markdownText(remark)}`),
  ];
  return `${lines.join('\n')}\n`;
}
