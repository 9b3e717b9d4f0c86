/** A diff as Markdown, for a pull request. */
import { markdownCode, markdownText } from '../matrix/markdown.ts';
import type { DiffEntry, DiffView } from './view.ts';

const conditionLine = (when: string, conditions: readonly string[]): readonly string[] =>
  conditions.length === 0 ? [] : [`- ${when}: ${conditions.map(markdownCode).join(' and ')}`];

const entryLines = ({ sentence, before, after, witnesses }: DiffEntry): readonly string[] => [
  `### ${markdownText(sentence)}`,
  '',
  ...conditionLine('conditions before', before),
  ...conditionLine('conditions now', after),
  ...witnesses.map(
    (one) =>
      `- for example ${markdownCode(one.request)}: ${markdownText(one.before)} → **${markdownText(one.after)}**`,
  ),
  '',
];

/** The changes, each with its witnesses, then the lists, then what was not tried. Ends with an end of line. */
export function diffMarkdown({ files, entries, listings, remarks }: DiffView): string {
  const lines = [
    '## Policy changes',
    '',
    markdownText(files),
    '',
    ...(entries.length === 0 ? ['No decision changes.', ''] : entries.flatMap(entryLines)),
    ...(listings.length === 0
      ? []
      : ['### Lists of tools', '', ...listings.map((one) => `- ${markdownText(one)}`), '']),
    ...remarks.map((one) => `- ${markdownText(one)}`),
  ];
  return `${lines.join('\n')}\n`;
}
