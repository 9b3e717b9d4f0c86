/** The rows that a person of the configuration file starts with. Pure: no AWS client is loaded. */
import type { Person } from '@secure-agent/contracts';
import { employeeKey, type TableKey } from './stores/keys.ts';
import type { EmployeeRow } from './stores/people-store.ts';

export { type EmployeeKey, employeeKey, leaveKey, type TableKey } from './stores/keys.ts';
export type { EmployeeRow, LeaveRow } from './stores/people-store.ts';

/** The table item of a person's employee record, to be written with `attribute_not_exists(pk)`. */
export function employeeItem(person: Pick<Person, 'tenant' | 'employee'>): TableKey & EmployeeRow {
  const { id, name, manager, leaveDays, salary } = person.employee;
  return {
    ...employeeKey({ tenant: person.tenant, employeeId: id }),
    employee_id: id,
    tenant: person.tenant,
    name,
    ...(manager === undefined ? {} : { manager }),
    leave_days: leaveDays,
    salary,
  };
}
