/** What a policy directory is worked on with: before deployment, never on the path of a request. Pure; nothing here reads a file. */
export type { DecisionCase } from './model/decision-case.ts';
export type { Domain, Probe } from './model/domain.ts';
export {
  type PolicyFile,
  type PolicySource,
  parsePolicyFile,
  WORKBENCH_GATEWAY,
} from './model/policy-file.ts';
export { type Role, rolesOf } from './model/role.ts';
