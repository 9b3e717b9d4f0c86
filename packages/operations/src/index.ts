/** What an operator does with a system, over the AWS SDK: the same calls for the local and for the deployed one. */
export { type Clock, SYSTEM_CLOCK } from './deployment/clock.ts';
export { type DiscoveryWait, discoveryUrlOf, waitForDiscovery } from './deployment/discovery.ts';
export { type Failure, type FailureCode, failureOf } from './deployment/failure.ts';
export { type Plan, type PlannedChange, planOf, type Template } from './deployment/plan.ts';
export { cloudFormationStacks, type StackReader, type StackState } from './deployment/stacks.ts';
export { type EffectWait, waitUntilAllowed } from './deployment/until-allowed.ts';
export { readMachineSecrets } from './machine-secrets.ts';
export { OPERATION_ERROR_CODES, OperationError, type OperationErrorCode } from './operation-error.ts';
export {
  anyOutputsOfStack,
  outputsOfStack,
  type StackPlace,
  systemOutputsOfStack,
} from './outputs-of-stack.ts';
export {
  type Answer,
  type Check,
  judge,
  type Observations,
  PHASES,
  type Phase,
  type Verdict,
} from './phases/judge.ts';
export {
  type Attached,
  type AttachOptions,
  attachPolicies,
  type FailedPolicy,
} from './policies/attach.ts';
export {
  type Drafted,
  type DraftFinding,
  type DraftOptions,
  draftPolicies,
  type PolicyDraft,
} from './policies/draft.ts';
export { gatewayUpdateOf, type ModeChange, setPolicyMode } from './policy-mode.ts';
export { cloudWatchDecisions } from './promotion/cloudwatch-decisions.ts';
export type { Decision, DecisionSource } from './promotion/decision.ts';
export { type GatewayState, rolloutDrift, withDrift } from './promotion/drift.ts';
export { type Judged, type Override, REFUSAL_CODES, type Refusal } from './promotion/evidence.ts';
export { type Expectation, expectationsOf, type OwnCase, ownCases } from './promotion/expectations.ts';
export { localDecisions } from './promotion/local-decisions.ts';
export { type RolloutLock, takeLock } from './promotion/lock.ts';
export { type EngineState, policyDrift, readEngine } from './promotion/policy-drift.ts';
export {
  type PromotionPorts,
  type PromotionRequest,
  type PromotionResult,
  promote,
} from './promotion/promote.ts';
export { readRoles } from './promotion/role-directory.ts';
export { type RollbackPorts, type RollbackRequest, type RolledBack, rollback } from './promotion/rollback.ts';
export { readRolloutFile, writeStage } from './promotion/rollout-file.ts';
export { seedPeople } from './seed-people.ts';
export { type SeedRow, seedRows } from './seed-rows.ts';
