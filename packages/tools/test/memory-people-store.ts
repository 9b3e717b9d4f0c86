import { employeeKey, leaveKey } from '../src/stores/keys.ts';
import type { EmployeeRow, LeaveRow, PeopleStore } from '../src/stores/people-store.ts';

export type MemoryPeople = PeopleStore & {
  readonly employees: Map<string, EmployeeRow>;
  readonly requests: Map<string, LeaveRow>;
};

const text = (key: { pk: string; sk: string }) => `${key.pk}/${key.sk}`;

/** The store's promises, in memory. Reads give copies, and each write is one step, as in the table. */
export function memoryPeopleStore(rows: readonly EmployeeRow[]): MemoryPeople {
  const employees = new Map(
    rows.map((row) => [text(employeeKey({ tenant: row.tenant, employeeId: row.employee_id })), row]),
  );
  const requests = new Map<string, LeaveRow>();
  return {
    employees,
    requests,
    employee: async (key) => structuredClone(employees.get(text(employeeKey(key)))),
    leaveRequest: async (key, id) => structuredClone(requests.get(text(leaveKey(key, id)))),
    async addLeaveRequest(request) {
      const owner = { tenant: request.tenant, employeeId: request.employee_id };
      const key = text(leaveKey(owner, request.request_id));
      if (requests.has(key)) return false;
      requests.set(key, request);
      return true;
    },
    async deductLeave({ employee, requestId, days, manager }) {
      const key = text(employeeKey(employee));
      const row = employees.get(key);
      const done = row?.deducted_requests ?? new Set<string>();
      if (row === undefined || row.manager !== manager || row.leave_days < days || done.has(requestId)) {
        return undefined;
      }
      const left = row.leave_days - days;
      employees.set(key, { ...row, leave_days: left, deducted_requests: new Set([...done, requestId]) });
      return left;
    },
    async markApproved(key, id, manager) {
      const at = text(leaveKey(key, id));
      const row = requests.get(at);
      if (row?.status !== 'pending') return false;
      requests.set(at, { ...row, status: 'approved', approved_by: manager });
      return true;
    },
  };
}

const employee = (
  employee_id: string,
  leave_days: number,
  salary: number,
  manager?: string,
  tenant = 'acme',
): EmployeeRow => ({
  employee_id,
  tenant,
  name: `Name of ${employee_id}`,
  ...(manager === undefined ? {} : { manager }),
  leave_days,
  salary,
});

/** Two tenants with equal ids: only the tenant keeps them apart. */
export const twoTenants = (): MemoryPeople =>
  memoryPeopleStore([
    employee('E100', 21, 54_000, 'E200'),
    employee('E200', 25, 82_000),
    employee('E201', 25, 80_000),
    employee('E300', 18, 61_000),
    employee('E400', 23, 68_000),
    employee('E100', 5, 11_111, 'E200', 'globex'),
    employee('E500', 7, 22_222, 'E200', 'globex'),
  ]);
