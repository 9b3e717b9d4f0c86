/** Rows of people and their leave, and the port through which the tools reach them. */
import { z } from 'zod';
import type { EmployeeKey } from './keys.ts';

/** Row `PROFILE` of an employee. */
export const employeeRow = z.object({
  employee_id: z.string(),
  tenant: z.string(),
  name: z.string(),
  manager: z.string().optional(),
  /** Days left this year. */
  leave_days: z.number().int(),
  /** Gross per year, whole euros. */
  salary: z.number().int(),
  /** Requests whose days are already taken from `leave_days`. */
  deducted_requests: z.set(z.string()).optional(),
});
export type EmployeeRow = z.infer<typeof employeeRow>;

/** Row `LEAVE#<request id>`. */
export const leaveRow = z.object({
  request_id: z.string(),
  employee_id: z.string(),
  tenant: z.string(),
  start_date: z.string(),
  days: z.number().int(),
  reason: z.string().optional(),
  status: z.enum(['pending', 'approved']),
  approved_by: z.string().optional(),
});
export type LeaveRow = z.infer<typeof leaveRow>;

export type Deduction = {
  readonly employee: EmployeeKey;
  readonly requestId: string;
  readonly days: number;
  /** Employee id of who approves: must still be the employee's manager when the days are taken. */
  readonly manager: string;
};

/** Every read is consistent; every write is atomic and conditional. Rejects when the table cannot be reached. */
export interface PeopleStore {
  employee(key: EmployeeKey): Promise<EmployeeRow | undefined>;
  leaveRequest(key: EmployeeKey, requestId: string): Promise<LeaveRow | undefined>;
  /** Writes a new request; false when its id is taken. */
  addLeaveRequest(request: LeaveRow): Promise<boolean>;
  /**
   * Takes the days of a request from the balance, at most once per request.
   * @returns the balance that is left; undefined when they were taken before, the balance is too low or the manager
   *   is another.
   */
  deductLeave(deduction: Deduction): Promise<number | undefined>;
  /** Turns a pending request into an approved one; false when it is not pending. */
  markApproved(key: EmployeeKey, requestId: string, manager: string): Promise<boolean>;
}
