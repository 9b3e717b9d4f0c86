/** Decision tables: the text of a file to cases whose every name is known. */
import { err, ok, type Result } from '@secure-agent/contracts';
import type { TokenSubject } from '../../principal.ts';
import type { DecisionCase } from '../model/decision-case.ts';
import type { Role } from '../model/role.ts';
import { type CaseRow, type CaseTable, caseTable, DEFAULT_AT } from './case-table.ts';
import { type CaseProblem, readYaml, type YamlPath, type YamlText } from './yaml-text.ts';

/** The text of one decision table. */
export type CaseSource = {
  /** As people know the file; problems and cases start with it. */
  readonly file: string;
  readonly text: string;
};

/** Every name that a case may use. */
export type CaseNames = {
  readonly roles: readonly Role[];
  /** `Target___tool` */
  readonly tools: readonly string[];
  readonly policies: readonly string[];
};

type Refuse = (path: YamlPath, message: string) => void;

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

/** The role's claims with the row's own in them; null removes one. The claim `sub` is the verified subject. */
function withClaims(
  { sub, claims }: TokenSubject,
  own: Readonly<Record<string, unknown>>,
): TokenSubject | undefined {
  const merged = { ...claims, ...own };
  const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const subject = Object.hasOwn(own, 'sub') ? own['sub'] : sub;
  return typeof subject === 'string' && subject !== '' ? { sub: subject, claims: kept } : undefined;
}

type Who = Pick<DecisionCase, 'who' | 'subject'>;

function whoOf({ who }: CaseRow, roles: readonly Role[], refuse: Refuse): Who | undefined {
  const [name, claims] = typeof who === 'string' ? [who, {}] : [who.role, who.claims];
  const role = roles.find((one) => one.name === name);
  if (role === undefined) {
    refuse(['who'], `no role "${name}": write one of ${list(roles.map((one) => one.name))}`);
    return undefined;
  }
  const subject = withClaims(role.subject, claims);
  if (subject === undefined)
    refuse(['who'], 'the claim sub is a text: who has none is refused before any policy');
  return subject && { who: name, subject };
}

function toolOf(tool: string | undefined, tools: readonly string[], refuse: Refuse): string | undefined {
  if (tool === undefined) refuse([], 'no tool: give one to the case or to the whole file');
  else if (tools.includes(tool)) return tool;
  else refuse(['tool'], `no tool "${tool}": write one of ${list(tools)}`);
  return undefined;
}

function checkBy({ by, expect }: CaseRow, policies: readonly string[], refuse: Refuse): void {
  by.forEach((name, index) => {
    if (!policies.includes(name))
      refuse(['by', index], `no policy "${name}": write one of ${list(policies)}`);
    if (by.indexOf(name) !== index) refuse(['by', index], `policy "${name}" is named twice`);
  });
  if (expect === 'allow' && by.length === 0) {
    refuse(['by'], 'nothing is allowed without a policy: name the permits that allow it');
  }
}

/** One row; `undefined` where something of it was refused. */
function caseOf(row: CaseRow, table: CaseTable, where: string, names: CaseNames, refuse: Refuse) {
  const who = whoOf(row, names.roles, refuse);
  const tool = toolOf(row.tool ?? table.tool, names.tools, refuse);
  checkBy(row, names.policies, refuse);
  if (who === undefined || tool === undefined) return undefined;
  const { at = DEFAULT_AT, expect, by, because } = row;
  const input = row.input ?? table.input ?? {};
  return { where, ...who, tool, input, now: Date.parse(at), expect, by: by.toSorted(), because };
}

function casesOf(table: CaseTable, names: CaseNames, file: string, lineOf: YamlText['lineOf']) {
  const problems: CaseProblem[] = [];
  const cases = table.cases.map((row, index): DecisionCase | undefined => {
    const at = (path: YamlPath): string => `${file}:${lineOf(['cases', index, ...path])}`;
    return caseOf(row, table, at([]), names, (path, message) => {
      problems.push({ where: at(path), message });
    });
  });
  return { cases: cases.filter((one) => one !== undefined), problems };
}

/**
 * Reads one decision table.
 * @returns the cases in the order of the file, or every problem in it: form first, names after.
 */
export function readCases(
  { file, text }: CaseSource,
  names: CaseNames,
): Result<readonly DecisionCase[], readonly CaseProblem[]> {
  const read = readYaml(file, text);
  if (!read.ok) return read;
  const { value, lineOf } = read.value;
  const table = caseTable(value);
  if (!table.ok) {
    return err(table.error.map(({ path, message }) => ({ where: `${file}:${lineOf(path)}`, message })));
  }
  const { cases, problems } = casesOf(table.value, names, file, lineOf);
  return problems.length > 0 ? err(problems) : ok(cases);
}
