/** What an operator does with a system, over the AWS SDK: the same calls for the local and for the deployed one. */
export { readMachineSecrets } from './machine-secrets.ts';
export { OPERATION_ERROR_CODES, OperationError, type OperationErrorCode } from './operation-error.ts';
export { outputsOfStack, type StackPlace } from './outputs-of-stack.ts';
export { gatewayUpdateOf, setPolicyMode } from './policy-mode.ts';
export { seedPeople } from './seed-people.ts';
export { type SeedRow, seedRows } from './seed-rows.ts';
