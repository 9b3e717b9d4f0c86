import { describe, expect, it } from 'vitest';
import type { PeopleStore } from '../src/stores/people-store.ts';
import { hrTarget, requestId } from './hr.ts';
import { type MemoryPeople, twoTenants } from './memory-people-store.ts';
import { call, codeOf, EVE, MACHINE, MARIA, OTHER_MANAGER, type Who } from './support.ts';

const EVES = { tenant: 'acme', employeeId: 'E100' };
const ID = requestId('E100');

/** Eve's request for some of her 21 days, pending. */
async function filed(days = 5): Promise<MemoryPeople> {
  const people = twoTenants();
  await call(hrTarget(people), EVE, 'HrTarget___request_leave', { start_date: '2028-01-03', days });
  return people;
}

const approve = (people: PeopleStore, who: Who, request_id = ID) =>
  call(hrTarget(people), who, 'HrTarget___approve_leave', { request_id });

async function state(people: MemoryPeople) {
  const row = await people.employee(EVES);
  const request = await people.leaveRequest(EVES, ID);
  return { left: row?.leave_days, status: request?.status };
}

describe('approve_leave', () => {
  it("grants a team member's request and takes its days", async () => {
    const people = await filed();
    const granted = { request_id: ID, employee_id: 'E100', status: 'approved', leave_days: 16 };
    expect(await approve(people, MARIA)).toEqual(granted);
    expect(await state(people)).toEqual({ left: 16, status: 'approved' });
    expect(await people.leaveRequest(EVES, ID)).toMatchObject({ approved_by: 'E200' });
  });

  it.each<[string, Who, string, string]>([
    ['the employee', { ...EVE, scopes: ['hr/manager'] }, ID, 'not_allowed'],
    ['the manager of another team', OTHER_MANAGER, ID, 'not_allowed'],
    ['the manager without the scope', { ...MARIA, scopes: ['hr/write'] }, ID, 'not_allowed'],
    ['the manager of the same ids in another tenant', { ...MARIA, tenant: 'globex' }, ID, 'not_found'],
    ['a machine', MACHINE, ID, 'person_required'],
    ['the manager, an unknown request', MARIA, requestId('E100', 9), 'not_found'],
    ['the manager, of an unknown employee', MARIA, requestId('E999'), 'not_allowed'],
    ['the manager, of another team', MARIA, requestId('E300'), 'not_allowed'],
    ['the manager, an own request', MARIA, requestId('E200'), 'not_allowed'],
    ['the manager, not an id', MARIA, 'E100', 'invalid_input'],
    ['the manager, an id with a key in it', MARIA, 'E100-x#LEAVE#y', 'invalid_input'],
  ])('%s: refused, and nothing changes', async (_, who, id, code) => {
    const people = await filed();
    expect(codeOf(await approve(people, who, id))).toBe(code);
    expect(await state(people)).toEqual({ left: 21, status: 'pending' });
  });

  it('refuses the own request even of somebody who is recorded as their own manager', async () => {
    const people = await filed();
    const row = await people.employee(EVES);
    if (row !== undefined)
      people.employees.set('TENANT#acme#EMPLOYEE#E100/PROFILE', { ...row, manager: 'E100' });
    expect(codeOf(await approve(people, { ...EVE, scopes: ['hr/manager'] }))).toBe('not_allowed');
    expect(await state(people)).toEqual({ left: 21, status: 'pending' });
  });

  it('grants once', async () => {
    const people = await filed();
    await approve(people, MARIA);
    expect(codeOf(await approve(people, MARIA))).toBe('conflict');
    expect(await state(people)).toEqual({ left: 16, status: 'approved' });
  });

  it('takes no days for a request that is approved already, whoever wrote that', async () => {
    const people = await filed();
    await people.markApproved(EVES, ID, 'E200');
    expect(codeOf(await approve(people, MARIA))).toBe('conflict');
    expect(await state(people)).toEqual({ left: 21, status: 'approved' });
  });

  it('grants requests one by one until the balance is used up', async () => {
    const people = await filed(10);
    const target = hrTarget(people);
    const more = { start_date: '2028-02-01', days: 10 };
    // The first target already gave out the first id.
    await call(target, EVE, 'HrTarget___request_leave', more);
    await call(target, EVE, 'HrTarget___request_leave', more);
    await call(target, EVE, 'HrTarget___request_leave', more);
    const answers = [];
    for (const nth of [1, 2, 3]) answers.push(await approve(people, MARIA, requestId('E100', nth)));
    expect(answers.map((answer) => answer['leave_days'] ?? codeOf(answer))).toEqual([11, 1, 'conflict']);
    expect(await people.leaveRequest(EVES, requestId('E100', 3))).toMatchObject({ status: 'pending' });
  });

  it('takes no days that are not there', async () => {
    const people = await filed(10);
    await people.deductLeave({ employee: EVES, requestId: requestId('E100', 7), days: 15, manager: 'E200' });
    expect(codeOf(await approve(people, MARIA))).toBe('conflict');
    expect(await state(people)).toEqual({ left: 6, status: 'pending' });
  });

  it.each(Array.from({ length: 50 }, (_, round) => [round]))(
    'two managers at once, round %i: one grants',
    async () => {
      const people = await filed();
      const answers = await Promise.all([
        approve(people, MARIA),
        approve(people, MARIA),
        approve(people, MARIA),
      ]);
      expect(answers.filter((answer) => !('error' in answer))).toHaveLength(1);
      expect(await state(people)).toEqual({ left: 16, status: 'approved' });
    },
  );

  it('broken off between its two writes, it has granted nothing, and finishes without taking twice', async () => {
    const people = await filed();
    const broken = { ...people, markApproved: () => Promise.reject(new Error('the table went away')) };
    expect(codeOf(await approve(broken, MARIA))).toBe('internal');
    expect(await state(people)).toEqual({ left: 16, status: 'pending' });
    expect(await approve(people, MARIA)).toMatchObject({ status: 'approved', leave_days: 16 });
    expect(await state(people)).toEqual({ left: 16, status: 'approved' });
  });

  it('checks the manager again when the days are taken', async () => {
    const people = await filed();
    const moved: PeopleStore = {
      ...people,
      async leaveRequest(key, id) {
        const row = await people.employee(EVES);
        if (row !== undefined)
          people.employees.set('TENANT#acme#EMPLOYEE#E100/PROFILE', { ...row, manager: 'E201' });
        return people.leaveRequest(key, id);
      },
    };
    expect(codeOf(await approve(moved, MARIA))).toBe('not_allowed');
    expect(await state(people)).toEqual({ left: 21, status: 'pending' });
  });
});
