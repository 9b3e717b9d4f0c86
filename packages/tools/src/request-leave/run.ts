import { ok } from '@secure-agent/contracts';
import { z } from 'zod';
import { personOf } from '../person.ts';
import { leaveRequestId } from '../stores/keys.ts';
import type { PeopleStore } from '../stores/people-store.ts';
import { holdsControlCharacter } from '../text.ts';
import { defineTool, type Tool } from '../tool.ts';
import { refuse } from '../tool-error.ts';
import { requestLeaveDefinition } from './definition.ts';

const MAX_DAYS = 10;

const args = z.strictObject({
  start_date: z.iso.date({ error: 'must be a day of the calendar, YYYY-MM-DD' }),
  days: z.number().int().min(1).max(MAX_DAYS),
  reason: z
    .string()
    .max(500)
    .refine((text) => !holdsControlCharacter(text), { error: 'holds a control character' })
    .optional(),
});

export type RequestLeavePorts = {
  readonly people: Pick<PeopleStore, 'employee' | 'addLeaveRequest'>;
  readonly randomBytes: (count: number) => Uint8Array;
};

/** Files a request for the caller. The days are taken from the balance when it is approved, not here. */
export const createRequestLeave = ({ people, randomBytes }: RequestLeavePorts): Tool =>
  defineTool(requestLeaveDefinition, args, async ({ start_date, days, reason }, caller) => {
    const person = personOf(caller);
    if (!person.ok) return person;
    const { tenant, employeeId } = person.value;
    const row = await people.employee({ tenant, employeeId });
    if (row === undefined) return refuse('not_found');
    if (row.leave_days < days) {
      return refuse('conflict', { message: `Only ${row.leave_days} days of leave are left.` });
    }
    const request = {
      request_id: leaveRequestId(employeeId, randomBytes(12)),
      employee_id: employeeId,
      start_date,
      days,
      ...(reason === undefined ? {} : { reason }),
      status: 'pending' as const,
    };
    return (await people.addLeaveRequest({ ...request, tenant })) ? ok(request) : refuse('conflict');
  });
