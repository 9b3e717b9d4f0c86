import { describe, expect, it } from 'vitest';
import { employeeItem } from '../src/seed.ts';
import { employeeKey, employeeOfRequest, leaveKey, leaveRequestId } from '../src/stores/keys.ts';

describe('table keys', () => {
  const eve = { tenant: 'acme', employeeId: 'E100' };
  it('start with the tenant', () => {
    const id = leaveRequestId('E100', new Uint8Array(12));
    expect(employeeKey(eve)).toEqual({ pk: 'TENANT#acme#EMPLOYEE#E100', sk: 'PROFILE' });
    expect(leaveKey(eve, id)).toEqual({ pk: 'TENANT#acme#EMPLOYEE#E100', sk: `LEAVE#${id}` });
    expect(employeeOfRequest(id)).toBe('E100');
  });

  it.each([
    { tenant: 'acme#EMPLOYEE#E1', employeeId: 'E100' },
    { tenant: '', employeeId: 'E100' },
    { tenant: 'acme', employeeId: 'E100#x' },
    { tenant: 'acme', employeeId: '' },
    { tenant: 'acme\n', employeeId: 'E100' },
  ])('are not made of %j', (key) => {
    expect(() => employeeKey(key)).toThrow(TypeError);
  });

  it("are not made of another employee's request", () => {
    expect(() => leaveKey(eve, leaveRequestId('E200', new Uint8Array(12)))).toThrow(TypeError);
  });
});

describe('seed row', () => {
  const employee = { id: 'E100', name: 'Eve', manager: 'E200', leaveDays: 21, salary: 54_000 };
  it('is the row that the tools read', () => {
    expect(employeeItem({ tenant: 'acme', employee })).toEqual({
      pk: 'TENANT#acme#EMPLOYEE#E100',
      sk: 'PROFILE',
      employee_id: 'E100',
      tenant: 'acme',
      name: 'Eve',
      manager: 'E200',
      leave_days: 21,
      salary: 54_000,
    });
  });
  it('has no manager where the person has none', () => {
    const { manager: _, ...boss } = employee;
    expect(employeeItem({ tenant: 'acme', employee: boss })).not.toHaveProperty('manager');
  });
});
