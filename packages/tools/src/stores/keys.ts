/**
 * Keys of the one table. Every key starts with the tenant of the verified caller, so no argument can reach another
 * tenant's rows. Neither part can hold the separator, so no two owners share a key.
 */

const TENANT = /^[a-z][a-z0-9-]{0,30}$/;
const EMPLOYEE_ID = /^E[0-9]{3,6}$/;
const REQUEST_ID = /^(E[0-9]{3,6})-[0-9a-f]{24}$/;

export const PROFILE_SORT_KEY = 'PROFILE';
const LEAVE_PREFIX = 'LEAVE#';

export const isTenant = (text: string | undefined): text is string => text !== undefined && TENANT.test(text);
export const isEmployeeId = (text: string | undefined): text is string =>
  text !== undefined && EMPLOYEE_ID.test(text);

export type EmployeeKey = { readonly tenant: string; readonly employeeId: string };
export type TableKey = { readonly pk: string; readonly sk: string };

function partitionKey({ tenant, employeeId }: EmployeeKey): string {
  if (!isTenant(tenant) || !isEmployeeId(employeeId)) throw new TypeError('not a tenant and an employee id');
  return `TENANT#${tenant}#EMPLOYEE#${employeeId}`;
}

/**
 * Key of an employee's row.
 * @throws TypeError for a tenant or an employee id that is not one.
 */
export const employeeKey = (key: EmployeeKey): TableKey => ({ pk: partitionKey(key), sk: PROFILE_SORT_KEY });

/**
 * Key of a leave request. The id names its employee: a request is found without an index.
 * @throws TypeError for an id that is not this employee's.
 */
export function leaveKey(key: EmployeeKey, requestId: string): TableKey {
  if (employeeOfRequest(requestId) !== key.employeeId) throw new TypeError("not this employee's request");
  return { pk: partitionKey(key), sk: `${LEAVE_PREFIX}${requestId}` };
}

/**
 * Id of a new leave request.
 * @param random - 12 random bytes.
 */
export const leaveRequestId = (employeeId: string, random: Uint8Array): string =>
  `${employeeId}-${Buffer.from(random).toString('hex')}`;

/** The employee that a request id names; undefined when it is not a request id. */
export const employeeOfRequest = (requestId: string): string | undefined => REQUEST_ID.exec(requestId)?.[1];
