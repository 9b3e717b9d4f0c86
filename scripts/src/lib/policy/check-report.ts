/** The findings of a check as people read them: grouped by file, from top to bottom, aligned. */
import type { Finding } from '@secure-agent/policy/workbench';
import { colour, visible } from '../terminal.ts';
import type { FolderCheck } from './check-folder.ts';
import { count } from './words.ts';

const GAP = '  ';

const placeOf = ({ at }: Finding): string => (at === undefined ? '' : `${at.line}:${at.column}`);

function fileReport(file: string, findings: readonly Finding[]): string {
  const [places, codes] = [findings.map(placeOf), findings.map(({ code }) => code)];
  const width = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const lines = findings.flatMap((finding) => {
    const place = placeOf(finding).padStart(width(places));
    const indent = ' '.repeat(GAP.length + width(places) + GAP.length);
    const code = colour('red', finding.code.padEnd(width(codes)));
    return [
      `${GAP}${place}${GAP}${code}${GAP}${visible(finding.message)}`,
      `${indent}${' '.repeat(width(codes))}${GAP}${colour('dim', visible(finding.fix))}`,
    ];
  });
  return [colour('bold', visible(file)), ...lines].join('\n');
}

/** One block a file, with place, rule, what is wrong, and what to do. */
export const checkReport = (findings: readonly Finding[]): string =>
  [...Map.groupBy(findings, ({ file }) => file)]
    .map(([file, own]) => `${fileReport(file, own)}\n`)
    .join('\n');

/** The last lines: how much was looked at, what was allowed and why, how alike the most similar tools are. */
export function checkSummary({
  policies,
  tools,
  requests,
  mostAlike,
  findings,
  allowed,
}: FolderCheck): string {
  const domain = requests === undefined ? '' : ` over ${requests} requests`;
  const alike =
    mostAlike === undefined
      ? []
      : [
          `most similar descriptions: ${mostAlike.one}, ${mostAlike.other}: ${mostAlike.similarity.toFixed(2)}`,
        ];
  const permitted = [...Map.groupBy(allowed, ({ file, code }) => `${file} ${code}`).values()].flatMap(
    ([first]) =>
      first === undefined ? [] : [`allowed in ${first.file}: ${first.code} — ${visible(first.reason)}`],
  );
  const verdict = colour(findings.length === 0 ? 'green' : 'red', count(findings.length, 'finding'));
  return [...permitted, ...alike, `${policies} policies, ${tools} tools${domain}: ${verdict}`].join('\n');
}
