/** Every operation of the control API that runs locally, by its name. */
import { gatewayOperations } from './gateway-operations.ts';
import { identityOperations } from './identity-operations.ts';
import type { Operations } from './operation.ts';
import { policyOperations } from './policy-operations.ts';
import { resourceOperations } from './resource-operations.ts';
import { runtimeOperations } from './runtime-operations.ts';

export const OPERATIONS: Operations = {
  ...runtimeOperations,
  ...gatewayOperations,
  ...policyOperations,
  ...identityOperations,
  ...resourceOperations,
};
