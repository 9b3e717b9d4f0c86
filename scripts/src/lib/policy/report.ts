/** What a test of the policies found, for people. */
import {
  type CaseResult,
  isCovered,
  killingCase,
  type MutantReport,
  type PolicyCoverage,
  type Role,
  type Walked,
} from '@secure-agent/policy/workbench';
import { colour, table, visible, visibleLines } from '../terminal.ts';

/** What was found. Mutants are absent where they were not asked for, or where a case fails. */
export type Findings = {
  readonly folder: string;
  readonly results: readonly CaseResult[];
  readonly coverage: readonly PolicyCoverage[];
  readonly mutants?: MutantReport;
};

const mark = (isGood: boolean, text: string): string =>
  colour(isGood ? 'green' : 'red', `${isGood ? '✓' : '✗'} ${text}`);

const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

const verdict = (decision: string, by: readonly string[]): string =>
  `${decision} by ${by.length === 0 ? 'no policy' : by.join(', ')}`;

const failing = ({ results }: Findings) => results.filter(({ passed }) => !passed);

function casesText(findings: Findings): string {
  const failed = failing(findings);
  const all = count(findings.results.length, 'case');
  if (failed.length === 0) return mark(true, `${all} decided as expected`);
  const rows = failed.map(({ row, got }) => [
    row.where,
    row.who,
    row.tool,
    verdict(row.expect, row.by),
    got.failed ?? verdict(got.decision, got.by),
    row.because,
  ]);
  const header = ['case', 'who', 'tool', 'expected', 'got', 'because'];
  return `${mark(false, `${failed.length} of ${all} fail`)}\n${table(header, rows)}`;
}

const ways = (condition: { readonly true: number; readonly false: number }): readonly string[] => [
  ...(condition.true === 0 ? ['true'] : []),
  ...(condition.false === 0 ? ['false'] : []),
];

/** One line for each thing that no case tries. */
function gaps(folder: string, { policy, decides, conditions, unmeasured }: PolicyCoverage) {
  const file = `${folder}/${policy}.cedar`;
  return [
    ...(decides > 0 ? [] : [[file, 'the policy', 'decides no case']]),
    ...(unmeasured === undefined ? [] : [[file, 'the conditions', `cannot be measured: ${unmeasured}`]]),
    ...conditions
      .filter((condition) => ways(condition).length > 0)
      .map((condition) => [
        `${file}:${condition.line}`,
        condition.text,
        `reached and ${ways(condition).join(' or ')} in no case`,
      ]),
  ];
}

function coverageText({ folder, coverage }: Findings): string {
  const conditions = coverage.flatMap((one) => one.conditions);
  const found = coverage.flatMap((one) => gaps(folder, one));
  const both = conditions.filter((condition) => ways(condition).length === 0).length;
  const deciding = coverage.filter(({ decides }) => decides > 0).length;
  const line = `coverage: ${deciding} of ${count(coverage.length, 'policy', 'policies')} decide a case, ${both} of ${count(conditions.length, 'condition')} go both ways`;
  const isWhole = coverage.every(isCovered);
  return isWhole ? mark(true, line) : `${mark(false, line)}\n${table(['where', 'what', 'missing'], found)}`;
}

function mutantRows({ coverage, mutants }: Findings) {
  const of = (all: readonly { readonly policy: string }[] = [], name: string) =>
    all.filter(({ policy }) => policy === name).length;
  return coverage.map(({ policy, decides, conditions }) => {
    const survived = of(
      mutants?.survivors.map(({ mutant }) => mutant),
      policy,
    );
    const equivalent = of(mutants?.equivalent, policy);
    const made = mutants?.made.get(policy) ?? 0;
    return [policy, decides, conditions.length, made, made - survived - equivalent, equivalent, survived].map(
      String,
    );
  });
}

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

function mutantsText(folder: string, report: MutantReport, roles: readonly Role[]): string {
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

const HEADER = ['policy', 'decides', 'conditions', 'mutants', 'killed', 'equivalent', 'survivors'];

/** Everything, aligned. */
export function reportText(findings: Findings, roles: readonly Role[]): string {
  const { folder, mutants } = findings;
  const columns = mutants === undefined ? 3 : HEADER.length;
  const rows = mutantRows(findings).map((row) => row.slice(0, columns));
  return [
    table(HEADER.slice(0, columns), rows),
    '',
    casesText(findings),
    coverageText(findings),
    ...(mutants === undefined ? [] : [mutantsText(folder, mutants, roles)]),
  ].join('\n');
}

/** Whether nothing is left to do. */
export const isClean = (findings: Findings): boolean =>
  failing(findings).length === 0 &&
  findings.coverage.every(isCovered) &&
  (findings.mutants === undefined || findings.mutants.survivors.length === 0);

/** The same as JSON values; survivors with their case. */
export function reportJson(findings: Findings, roles: readonly Role[]): unknown {
  const { folder, results, coverage, mutants } = findings;
  const failed = failing(findings).map(({ row, got }) => ({ ...row, got }));
  const survivors = mutants?.survivors.map((survivor) => ({
    ...survivor.mutant,
    case: killingCase(survivor, roles),
  }));
  const { made: _made, ...counts } = mutants ?? {};
  return {
    folder,
    clean: isClean(findings),
    cases: { total: results.length, failed },
    coverage,
    ...(mutants === undefined ? {} : { mutants: { ...counts, survivors } }),
  };
}
