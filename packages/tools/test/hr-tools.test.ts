import type { JsonObject } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { hrTarget, requestId } from './hr.ts';
import { twoTenants } from './memory-people-store.ts';
import { ANNA, call, codeOf, EVE, MACHINE, MARIA, OTHER_MANAGER, type Who } from './support.ts';

type Row = [id: string, who: Who, args: JsonObject, outcome: JsonObject | string];

const table = (tool: string, rows: readonly Row[]) =>
  it.each(rows)('%s', async (_, who, args, outcome) => {
    const answer = await call(hrTarget(twoTenants()), who, `HrTarget___${tool}`, args);
    if (typeof outcome === 'string') expect(codeOf(answer)).toBe(outcome);
    else expect(answer).toEqual(outcome);
  });

const without = (who: Who, claim: 'tenant' | 'employee_id'): Who => {
  const { [claim]: _, ...rest } = who;
  return rest;
};

describe('get_leave_balance', () => {
  const eve = { employee_id: 'E100', name: 'Name of E100', leave_days: 21 };
  table('get_leave_balance', [
    ['own row by default', EVE, {}, eve],
    ['own row for null', EVE, { employee_id: null }, eve],
    ['own row by id', EVE, { employee_id: 'E100' }, eve],
    [
      'the same id in another tenant is another row',
      { ...EVE, tenant: 'globex' },
      {},
      { ...eve, leave_days: 5 },
    ],
    ["a manager reads a team member's row", MARIA, { employee_id: 'E100' }, eve],
    ['a colleague does not', { ...EVE, employee_id: 'E300' }, { employee_id: 'E100' }, 'not_allowed'],
    ['the manager of another team does not', OTHER_MANAGER, { employee_id: 'E100' }, 'not_allowed'],
    [
      'the manager without the scope does not',
      { ...MARIA, scopes: ['hr/read'] },
      { employee_id: 'E100' },
      'not_allowed',
    ],
    [
      'a scope is whole: hr/manager2',
      { ...MARIA, scopes: ['hr/manager2'] },
      { employee_id: 'E100' },
      'not_allowed',
    ],
    [
      'a scope is whole: xhr/manager',
      { ...MARIA, scopes: ['xhr/manager'] },
      { employee_id: 'E100' },
      'not_allowed',
    ],
    ['a row that is not there answers like a forbidden one', MARIA, { employee_id: 'E999' }, 'not_allowed'],
    ['a row of another tenant too', MARIA, { employee_id: 'E500' }, 'not_allowed'],
    ['own row that is gone', { ...EVE, employee_id: 'E999' }, {}, 'not_found'],
    ['a machine is no employee', MACHINE, {}, 'person_required'],
    [
      'a machine with an employee id is none',
      { ...MACHINE, tenant: 'acme', employee_id: 'E100' },
      {},
      'person_required',
    ],
    ['no employee id', without(EVE, 'employee_id'), {}, 'person_required'],
    ['no tenant', without(EVE, 'tenant'), {}, 'person_required'],
    ['tenant with a separator', { ...EVE, tenant: 'acme#EMPLOYEE' }, {}, 'person_required'],
    ['tenant with a space', { ...EVE, tenant: ' acme' }, {}, 'person_required'],
    ['tenant *', { ...EVE, tenant: '*' }, {}, 'person_required'],
    ['tenant in capitals', { ...EVE, tenant: 'ACME' }, {}, 'person_required'],
    ['tenant in full width', { ...EVE, tenant: 'ａcme' }, {}, 'person_required'],
    ['employee id with a separator', { ...EVE, employee_id: 'E100#1' }, {}, 'person_required'],
    ['argument with a separator', MARIA, { employee_id: 'E100#1' }, 'invalid_input'],
    ['argument with a path', MARIA, { employee_id: 'E100/../E200' }, 'invalid_input'],
    ['argument with a line end', MARIA, { employee_id: 'E100\n' }, 'invalid_input'],
    ['an expression as argument', MARIA, { employee_id: 'attribute_exists(x) OR' }, 'invalid_input'],
    ['a key as argument', MARIA, { employee_id: { S: 'E100' } }, 'invalid_input'],
    ['tenantId as argument', EVE, { tenantId: 'globex' }, 'invalid_input'],
    ['employeeId as argument', EVE, { employeeId: 'E200' }, 'invalid_input'],
  ]);
});

describe('request_leave: GW-22 what the gateway cannot check', () => {
  const asked = { start_date: '2028-02-29', days: 3 };
  const filed = { request_id: requestId('E100'), employee_id: 'E100', ...asked, status: 'pending' };
  table('request_leave', [
    ['is filed for the caller', EVE, asked, filed],
    ['with a reason', EVE, { ...asked, reason: 'rest' }, { ...filed, reason: 'rest' }],
    ['null is no reason', EVE, { ...asked, reason: null }, filed],
    ['10 days', EVE, { ...asked, days: 10 }, { ...filed, days: 10 }],
    ['11 days', EVE, { ...asked, days: 11 }, 'invalid_input'],
    ['0 days', EVE, { ...asked, days: 0 }, 'invalid_input'],
    ['-1 days', EVE, { ...asked, days: -1 }, 'invalid_input'],
    ['half a day', EVE, { ...asked, days: 0.5 }, 'invalid_input'],
    ['1e308 days', EVE, { ...asked, days: 1e308 }, 'invalid_input'],
    ['days as text', EVE, { ...asked, days: '5' }, 'invalid_input'],
    ['no days', EVE, { start_date: '2028-02-29', days: null }, 'invalid_input'],
    ['2026-02-30', EVE, { ...asked, start_date: '2026-02-30' }, 'invalid_input'],
    ['29 February of a common year', EVE, { ...asked, start_date: '2027-02-29' }, 'invalid_input'],
    ['a date with a time', EVE, { ...asked, start_date: '2028-02-29T00:00:00Z' }, 'invalid_input'],
    ['another notation', EVE, { ...asked, start_date: '29.02.2028' }, 'invalid_input'],
    ['a control character in the reason', EVE, { ...asked, reason: 'a\u001b[2J' }, 'invalid_input'],
    ['501 characters of reason', EVE, { ...asked, reason: 'a'.repeat(501) }, 'invalid_input'],
    ['more days than are left', { ...EVE, tenant: 'globex' }, { ...asked, days: 6 }, 'conflict'],
    ['for somebody else', EVE, { ...asked, employee_id: 'E200' }, 'invalid_input'],
    ['already approved', EVE, { ...asked, status: 'approved' }, 'invalid_input'],
    ['by a machine', MACHINE, asked, 'person_required'],
    ['by nobody on record', { ...EVE, employee_id: 'E999' }, asked, 'not_found'],
  ]);

  it('writes one pending row and leaves the balance alone', async () => {
    const people = twoTenants();
    await call(hrTarget(people), EVE, 'HrTarget___request_leave', asked);
    expect([...people.requests]).toEqual([
      [`TENANT#acme#EMPLOYEE#E100/LEAVE#${requestId('E100')}`, { ...filed, tenant: 'acme' }],
    ]);
    expect(await people.employee({ tenant: 'acme', employeeId: 'E100' })).toMatchObject({ leave_days: 21 });
  });

  it('does not overwrite a request whose id is taken', async () => {
    const people = twoTenants();
    await call(hrTarget(people), EVE, 'HrTarget___request_leave', asked);
    const again = await call(hrTarget(people), EVE, 'HrTarget___request_leave', { ...asked, days: 1 });
    expect(codeOf(again)).toBe('conflict');
    expect([...people.requests.values()]).toMatchObject([{ days: 3 }]);
  });
});

describe('get_salary', () => {
  const salary = { employee_id: 'E100', name: 'Name of E100', salary: 54_000, currency: 'EUR' };
  table('get_salary', [
    ['an HR administrator reads it', ANNA, { employee_id: 'E100' }, salary],
    [
      'of another tenant with the same id, its own',
      { ...ANNA, tenant: 'globex' },
      { employee_id: 'E100' },
      { ...salary, salary: 11_111 },
    ],
    ['an id that only another tenant has', ANNA, { employee_id: 'E500' }, 'not_found'],
    ['an unknown id answers the same', ANNA, { employee_id: 'E999' }, 'not_found'],
    ["a manager, a team member's", MARIA, { employee_id: 'E100' }, 'not_allowed'],
    ['an employee, their own', EVE, { employee_id: 'E100' }, 'not_allowed'],
    ['an employee, one that is not there', EVE, { employee_id: 'E999' }, 'not_allowed'],
    ['a longer scope', { ...ANNA, scopes: ['hr/administrator'] }, { employee_id: 'E100' }, 'not_allowed'],
    ['a machine with the scope', MACHINE, { employee_id: 'E100' }, 'person_required'],
    ['no id', ANNA, {}, 'invalid_input'],
    ['a null id', ANNA, { employee_id: null }, 'invalid_input'],
  ]);

  it('is in no answer of the other tools', async () => {
    const target = hrTarget(twoTenants());
    const answers = [
      await call(target, EVE, 'HrTarget___get_leave_balance', {}),
      await call(target, EVE, 'HrTarget___request_leave', { start_date: '2028-01-03', days: 1 }),
      await call(target, MARIA, 'HrTarget___approve_leave', { request_id: requestId('E100') }),
    ];
    expect(answers.map((answer) => 'error' in answer)).toEqual([false, false, false]);
    expect(JSON.stringify(answers)).not.toMatch(/salary|54_?000/);
  });
});
