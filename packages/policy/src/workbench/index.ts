/** What a policy directory is worked on with: before deployment, never on the path of a request. Pure; nothing here reads a file. */
export type { Judgement } from './cases/judge.ts';
export { type CaseNames, type CaseSource, readCases } from './cases/read-cases.ts';
export { type CaseResult, runCases } from './cases/run-cases.ts';
export type { CaseProblem } from './cases/yaml-text.ts';
export { checkPolicies } from './check/check-policies.ts';
export { checkDescriptions, type DescribedTool, type Likeness, likenessesOf } from './check/descriptions.ts';
export type { AllowedFinding, Finding } from './check/finding.ts';
export { fieldOf } from './check/header.ts';
export { POLICY_LIMITS } from './check/limits.ts';
export { checkSchemaFile, SCHEMA_FILE, schemaFileFor } from './check/schema-file.ts';
export { type ConditionCoverage, coverageOf, isCovered, type PolicyCoverage } from './coverage/coverage.ts';
export { type Diff, type DiffOptions, diffOf } from './diff/diff.ts';
export { diffMarkdown } from './diff/markdown.ts';
export { type DiffView, diffViewOf } from './diff/view.ts';
export { type DomainOptions, domainOf } from './domain/domain-of.ts';
export { permitsWithoutScope } from './lint/asks-for-scope.ts';
export { matrixHtml } from './matrix/html.ts';
export { matrixMarkdown } from './matrix/markdown.ts';
export { type Matrix, type MatrixOptions, matrixOf } from './matrix/matrix.ts';
export { type View, viewOf } from './matrix/view.ts';
export type { DecisionCase } from './model/decision-case.ts';
export type { Domain, Probe } from './model/domain.ts';
export {
  type PolicyFile,
  type PolicySource,
  parsePolicyFile,
  WORKBENCH_GATEWAY,
} from './model/policy-file.ts';
export { type FolderEntry, policyNamesOf } from './model/policy-names.ts';
export { type Role, rolesOf } from './model/role.ts';
export { killingCase } from './mutants/killing-case.ts';
export type { Mutant } from './mutants/mutants-of.ts';
export { type MutantReport, runMutants, type Survivor, type Walked } from './mutants/run-mutants.ts';
