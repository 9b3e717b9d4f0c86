/** Every operation that is here. What is not in this table answers that it is not supported locally. */
import { adminUserOperations } from './admin-users.ts';
import { clientOperations } from './clients.ts';
import { groupOperations } from './groups.ts';
import type { Operation } from './operation.ts';
import { passwordOperations } from './passwords.ts';
import { poolOperations } from './pools.ts';
import { resourceServerOperations } from './resource-servers.ts';
import { selfServiceOperations } from './self-service.ts';
import { signInOperations } from './sign-in.ts';

/** By name. A Map: the name comes from a header. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [
    adminUserOperations,
    clientOperations,
    groupOperations,
    passwordOperations,
    poolOperations,
    resourceServerOperations,
    selfServiceOperations,
    signInOperations,
  ].flatMap((group) => Object.entries(group)),
);
