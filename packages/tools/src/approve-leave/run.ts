import { ok } from '@secure-agent/contracts';
import { z } from 'zod';
import { personOf } from '../person.ts';
import { MANAGER_SCOPE } from '../scopes.ts';
import { type EmployeeKey, employeeOfRequest } from '../stores/keys.ts';
import type { LeaveRow, PeopleStore } from '../stores/people-store.ts';
import { defineTool, type Tool } from '../tool.ts';
import { refuse, type ToolResult } from '../tool-error.ts';
import { approveLeaveDefinition } from './definition.ts';

const args = z.strictObject({
  request_id: z.string().refine((text) => employeeOfRequest(text) !== undefined, {
    error: 'must be an id that request_leave gave',
  }),
});

type People = Omit<PeopleStore, 'addLeaveRequest'>;

/** Takes the days of a pending request. A request whose days an earlier, broken-off approval took passes. */
async function takeDays(
  people: People,
  employee: EmployeeKey,
  request: LeaveRow,
  manager: string,
): Promise<ToolResult<number>> {
  const { request_id: requestId, days } = request;
  const left = await people.deductLeave({ employee, requestId, days, manager });
  if (left !== undefined) return ok(left);
  const row = await people.employee(employee);
  if (row?.manager !== manager) return refuse('not_allowed');
  if (row.deducted_requests?.has(requestId)) return ok(row.leave_days);
  return refuse('conflict', { message: 'The employee has fewer days left than the request asks for.' });
}

/**
 * Grants a team member's request: first the days are taken, then the request is marked.
 *
 * Two rows change and there is no transaction (the table API that runs on one machine has none), so the order decides
 * what a crash between the two leaves behind. This way it is a pending request whose days are gone, never a granted
 * one whose days are still there. The balance row remembers the request id in the same write, so approving again
 * finishes the work and takes nothing twice; of two approvers at once, one gets `conflict`.
 */
export const createApproveLeave = (people: People): Tool =>
  defineTool(approveLeaveDefinition, args, async ({ request_id }, caller) => {
    const person = personOf(caller);
    if (!person.ok) return person;
    const { tenant, employeeId: manager, has } = person.value;
    const employeeId = employeeOfRequest(request_id);
    if (employeeId === undefined || !has(MANAGER_SCOPE) || employeeId === manager) {
      return refuse('not_allowed');
    }
    const employee = { tenant, employeeId };
    if ((await people.employee(employee))?.manager !== manager) return refuse('not_allowed');

    const request = await people.leaveRequest(employee, request_id);
    if (request === undefined) return refuse('not_found');
    if (request.status !== 'pending') return refuse('conflict', { message: 'The request is not pending.' });

    const left = await takeDays(people, employee, request, manager);
    if (!left.ok) return left;
    if (!(await people.markApproved(employee, request_id, manager))) {
      return refuse('conflict', { message: 'The request is not pending.' });
    }
    return ok({ request_id, employee_id: employeeId, status: 'approved', leave_days: left.value });
  });
