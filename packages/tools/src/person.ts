/** The employee behind a verified caller. */
import type { CallerClaims } from '@secure-agent/contracts';
import { type EmployeeKey, isEmployeeId, isTenant } from './stores/keys.ts';
import { refuse, type ToolResult } from './tool-error.ts';

export type PersonCaller = EmployeeKey & {
  /** Whether the caller's token holds a scope, whole. */
  readonly has: (scope: string) => boolean;
};

/**
 * The person that an HR tool acts for. A machine's token names its client as subject (client-credentials grant) and
 * has no employee; a tenant that no key could hold is nobody's.
 */
export function personOf(caller: CallerClaims): ToolResult<PersonCaller> {
  const { tenant, employee_id: employeeId } = caller;
  if (caller.sub === caller.client_id || !isTenant(tenant) || !isEmployeeId(employeeId)) {
    return refuse('person_required');
  }
  return { ok: true, value: { tenant, employeeId, has: (scope) => caller.scopes.includes(scope) } };
}
