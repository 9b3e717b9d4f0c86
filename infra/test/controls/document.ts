/** docs/controls.md: what is covered, by whom. */
import type { Objections } from './objections.ts';
import { CONTROLS, type Control, controlAt, NOT_RELEVANT } from './relevance.ts';

const INTRODUCTION = `# Controls

Every property of the synthesized templates belongs to one of these controls, or is listed below them with the reason why it
decides nothing. Each property of a control is taken away, switched, widened or extended by a stranger, in each resource that
has it: a mutant. Somebody must object: first our own rules (\`infra/src/rules\`), then the assertions of \`infra/test\`. The
third column counts the mutants, the fourth says whose objection came first. Where a local run without the control was told
otherwise too, the last column names the rows of the story (\`test/end-to-end/removal.test.ts\`, \`iam-removal.test.ts\`).

\`node test/attacks/mutation/run-template.ts\` runs all of it and records each property and each objection in
\`test/attacks/mutation/template/objections.json\`. This file is written from that by a test:
\`UPDATE_DOCS=1 npx vitest run --project infra infra/test/controls/controls.test.ts\`.

| Control | Properties | Mutants | First to object | Rows of the story |
|---|---|---|---|---|
`;

/** Rules by their names, assertions by their files. */
const shortName = (objector: string): string =>
  objector.startsWith('rule ') ? objector : (objector.split(':')[0] ?? objector);

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

/** Who objected to the mutants of some properties, and how often. */
function objectors(
  objections: Objections,
  wanted: (property: string) => boolean,
): ReadonlyMap<string, number> {
  const by = new Map<string, number>();
  const of = Object.entries(objections).filter(([property]) => wanted(property));
  for (const [who, count] of of.flatMap(([, one]) => Object.entries(one)))
    by.set(shortName(who), (by.get(shortName(who)) ?? 0) + count);
  return by;
}

const cells = (...values: readonly (string | number)[]): string => `| ${values.join(' | ')} |\n`;
const listed = (by: ReadonlyMap<string, number>): string =>
  [...by]
    .map(([name, count]) => `${name} ${count}`)
    .toSorted()
    .join(', ');
const code = (property: string): string => `\`${property.replace(/ (?:Properties\.)?/, ' ')}\``;

function row(control: Control, objections: Objections): string {
  const by = objectors(objections, (property) => controlAt(property) === control);
  const properties = control.properties.map(code).join('<br>');
  const rows = control.rows?.join(', ') ?? '';
  return cells(control.control, properties, sum(by.values()), listed(by), rows);
}

/** What the stack does not have, and a mutant gives it. */
function absent(objections: Objections): string {
  const names = Object.keys(objections).filter((property) => controlAt(property) === undefined);
  const by = objectors(objections, (property) => names.includes(property));
  const properties = names.map((name) => code(name.replace(/^AWS::/, ''))).join('<br>');
  return cells('What must not be there is not', properties, sum(by.values()), listed(by), '');
}

/** The document, from what the last whole run recorded. */
export function controlsDocument(objections: Objections): string {
  const reasons = NOT_RELEVANT.map(([pattern, reason]) => `- \`${pattern.source.trim()}\`: ${reason}\n`);
  const rows = CONTROLS.map((control) => row(control, objections));
  const all = sum(objectors(objections, () => true).values());
  const total = cells('All', '', all, '', '');
  const parts = [INTRODUCTION, ...rows, absent(objections), total];
  return `${parts.join('')}\n## What decides nothing\n\n${reasons.join('')}`;
}
