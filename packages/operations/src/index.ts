/** What an operator does with a system, over the AWS SDK: the same calls for the local and for the deployed one. */
export { type Clock, SYSTEM_CLOCK } from './deployment/clock.ts';
export { type DiscoveryWait, discoveryUrlOf, waitForDiscovery } from './deployment/discovery.ts';
export { type Failure, type FailureCode, failureOf } from './deployment/failure.ts';
export { type Plan, type PlannedChange, planOf, type Template } from './deployment/plan.ts';
export { cloudFormationStacks, type StackReader, type StackState } from './deployment/stacks.ts';
export { type EffectWait, waitUntilAllowed } from './deployment/until-allowed.ts';
export { readMachineSecrets } from './machine-secrets.ts';
export { OPERATION_ERROR_CODES, OperationError, type OperationErrorCode } from './operation-error.ts';
export { outputsOfStack, type StackPlace } from './outputs-of-stack.ts';
export {
  type Answer,
  type Check,
  judge,
  type Observations,
  PHASES,
  type Phase,
  type Verdict,
} from './phases/judge.ts';
export { gatewayUpdateOf, setPolicyMode } from './policy-mode.ts';
export { seedPeople } from './seed-people.ts';
export { type SeedRow, seedRows } from './seed-rows.ts';
