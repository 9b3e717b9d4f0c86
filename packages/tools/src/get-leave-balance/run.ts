import { ok } from '@secure-agent/contracts';
import { z } from 'zod';
import { personOf } from '../person.ts';
import { MANAGER_SCOPE } from '../scopes.ts';
import { isEmployeeId } from '../stores/keys.ts';
import type { PeopleStore } from '../stores/people-store.ts';
import { defineTool, type Tool } from '../tool.ts';
import { refuse } from '../tool-error.ts';
import { getLeaveBalanceDefinition } from './definition.ts';

const args = z.strictObject({
  employee_id: z.string().refine(isEmployeeId, { error: 'must be an employee id such as E100' }).optional(),
});

/** Own row, or the row of somebody who reports to the caller. Any other id gets one answer, row or no row. */
export const createGetLeaveBalance = (people: Pick<PeopleStore, 'employee'>): Tool =>
  defineTool(getLeaveBalanceDefinition, args, async ({ employee_id }, caller) => {
    const person = personOf(caller);
    if (!person.ok) return person;
    const { tenant, employeeId, has } = person.value;
    const wanted = employee_id ?? employeeId;
    const own = wanted === employeeId;
    if (!own && !has(MANAGER_SCOPE)) return refuse('not_allowed');

    const row = await people.employee({ tenant, employeeId: wanted });
    if (!own && row?.manager !== employeeId) return refuse('not_allowed');
    if (row === undefined) return refuse('not_found');
    return ok({ employee_id: row.employee_id, name: row.name, leave_days: row.leave_days });
  });
