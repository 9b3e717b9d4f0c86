/** What a test of the policies found, for people. */
import {
  type CaseResult,
  isCovered,
  killingCase,
  type MutantReport,
  type PolicyCoverage,
  type Role,
} from '@secure-agent/policy/workbench';
import { table } from '../terminal.ts';
import { mutantsText } from './mutants-text.ts';
import { count, mark, verdict } from './words.ts';

/** What was found. Mutants are absent where they were not asked for, or where a case fails. */
export type Findings = {
  readonly folder: string;
  readonly results: readonly CaseResult[];
  readonly coverage: readonly PolicyCoverage[];
  readonly mutants?: MutantReport;
};

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
