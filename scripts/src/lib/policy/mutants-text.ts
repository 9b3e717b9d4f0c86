/** What became of the mutants, for people. */
import { killingCase, type MutantReport, type Role, type Walked } from '@secure-agent/policy/workbench';
import { colour, visible, visibleLines } from '../terminal.ts';
import { count, mark, verdict } from './words.ts';

/** Equivalent mutants by what they change: most are the same change of many policies. */
function equivalentText({ equivalent }: MutantReport): readonly string[] {
  const groups = Map.groupBy(equivalent, ({ what }) => what);
  return [...groups].map(
    ([what, some]) => `  ${visible(what)}: ${some.map(({ policy }) => policy).join(', ')}`,
  );
}

function survivorsText(
  folder: string,
  { survivors }: MutantReport,
  roles: readonly Role[],
): readonly string[] {
  return survivors.flatMap((survivor) => {
    const { policy, line, what } = survivor.mutant;
    const { mutated } = survivor.witness;
    const got = mutated.failed ?? verdict(mutated.decision, mutated.by);
    const title = `${folder}/${policy}.cedar:${line}: ${visible(what)}`;
    return [
      colour('bold', title),
      `no case sees it. With it, this is ${visible(got)}:`,
      visibleLines(killingCase(survivor, roles)),
      '',
    ];
  });
}

function domainText(title: string, { size, walked }: Walked): string {
  const seen = walked === size ? 'all looked at' : `${walked} looked at, then there was nothing left to tell`;
  return `${title}: ${size} requests, ${seen}.`;
}

/** Counts, every survivor with the case that is missing, and how far was looked. */
export function mutantsText(folder: string, report: MutantReport, roles: readonly Role[]): string {
  const { total, killed, equivalent, survivors, skipped, domain, widened } = report;
  const line = `mutants: ${killed} of ${total} killed, ${equivalent.length} equivalent, ${count(survivors.length, 'survivor')}`;
  return [
    mark(survivors.length === 0, line),
    ...survivorsText(folder, report, roles),
    ...(equivalent.length === 0
      ? []
      : ['Equivalent: no request of the declared domain is decided otherwise.']),
    ...equivalentText(report),
    domainText('Declared domain', domain),
    ...(widened === undefined ? [] : [domainText('With what equivalent mutants ask', widened)]),
    'Not looked at:',
    ...[...new Set([...domain.unexplored, ...(widened?.unexplored ?? [])])].map((one) => `  ${visible(one)}`),
    ...(skipped.length === 0 ? [] : ['Not made:', ...skipped.map((sentence) => `  ${visible(sentence)}`)]),
  ].join('\n');
}
