/** What the tests of a policy folder are about: its policies and tables, and the tools and roles of the stack. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { PolicyTool } from '@secure-agent/policy';
import {
  type CaseProblem,
  type DecisionCase,
  type PolicyFile,
  type PolicySource,
  parsePolicyFile,
  type Role,
  readCases,
} from '@secure-agent/policy/workbench';
import { UsageError } from '../command.ts';
import { requireFolder } from './folder.ts';
import { loadInputs } from './matrix-inputs.ts';
import { isCaseTable, readPolicySources } from './read-folder.ts';

/** Folder of the decision tables, inside the folder of the policies. */
const CASES = 'cases';

/** A folder that was read. */
export type PolicyFolder = {
  /** As people type it. */
  readonly folder: string;
  readonly policies: readonly PolicyFile[];
  readonly cases: readonly DecisionCase[];
  readonly tools: readonly PolicyTool[];
  readonly roles: readonly Role[];
  /** What could not be read. Then nothing is decided: a case that is left out is a case that passes. */
  readonly problems: readonly CaseProblem[];
};

const shown = (path: string): string => relative(process.cwd(), path) || '.';

function policiesOf(
  folder: string,
  sources: readonly PolicySource[],
  problems: CaseProblem[],
): readonly PolicyFile[] {
  return sources.flatMap((source) => {
    const parsed = parsePolicyFile(source);
    if (parsed.ok) return [parsed.value];
    const where = `${shown(join(folder, source.name))}.cedar:1`;
    problems.push({ where, message: `${parsed.error}. npm run policy -- check says more.` });
    return [];
  });
}

/** Every table of the tables' folder, sorted by name. */
function tablesOf(folder: string): readonly { readonly file: string; readonly text: string }[] {
  const tables = join(folder, CASES);
  const files = existsSync(tables) ? readdirSync(tables).filter(isCaseTable) : [];
  if (files.length === 0) {
    throw new UsageError(`${shown(tables)} holds no table: write ${CASES}/<name>.yaml (docs/policies.md).`);
  }
  return files.toSorted().map((file) => {
    const path = join(tables, file);
    return { file: shown(path), text: readFileSync(path, 'utf8') };
  });
}

/**
 * Reads a folder with `*.cedar` and `cases/*.yaml`.
 * @throws UsageError for a folder that is not there or holds neither policies nor tables.
 */
export function loadPolicyFolder(folder: string): PolicyFolder {
  requireFolder(folder);
  const sources = readPolicySources(folder);
  if (sources.length === 0) {
    throw new UsageError(`${shown(folder)} holds no policy: write <name>.cedar (docs/policies.md).`);
  }
  const { tools, roles } = loadInputs();
  const problems: CaseProblem[] = [];
  const policies = policiesOf(folder, sources, problems);
  const names = {
    roles,
    tools: tools.map(({ name }) => name),
    policies: sources.map(({ name }) => name),
  };
  const cases = tablesOf(folder).flatMap((table) => {
    const read = readCases(table, names);
    if (!read.ok) problems.push(...read.error);
    return read.ok ? read.value : [];
  });
  return { folder: shown(folder), policies, cases, tools, roles, problems };
}
