/** The scopes that the HR tools ask for. A policy has already decided on the call; these decide on the record. */
import { fullScope } from '@secure-agent/contracts';

const RESOURCE_SERVER = { resourceServer: 'hr' };

/** May act on the records of the people who report to the caller. */
export const MANAGER_SCOPE = fullScope(RESOURCE_SERVER, 'manager');
/** May read salaries. */
export const ADMIN_SCOPE = fullScope(RESOURCE_SERVER, 'admin');
