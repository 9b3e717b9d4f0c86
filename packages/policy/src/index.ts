/** Cedar on the hot path of a gateway: compiled once, then decided and listed without parsing a policy or a schema. */
export { cedarActionUid, cedarEntityUid, cedarString } from './cedar-text.ts';
export {
  createPolicyEngine,
  type EngineOptions,
  type EnginePolicy,
  type PolicyEngine,
} from './engine.ts';
export { type Outcome, REASON, type Verdict } from './outcome.ts';
export { POLICY_ERROR_CODES, PolicyError, type PolicyErrorCode } from './policy-error.ts';
export {
  type IamSubject,
  iamPrincipalOf,
  type PrincipalEntity,
  type PrincipalProblem,
  principalOf,
  type Subject,
  type TokenSubject,
} from './principal.ts';
export { cedarSchemaFor, type PolicyTool } from './schema.ts';
export {
  checkPolicyStatement,
  MAX_STATEMENT_LENGTH,
  MIN_STATEMENT_LENGTH,
  renderStatement,
  type StatementProblem,
} from './statement.ts';
export { type StatementScope, statementScope } from './statement-scope.ts';
export { validateStatement } from './validate-statement.ts';
