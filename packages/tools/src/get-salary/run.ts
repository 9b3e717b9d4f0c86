import { ok } from '@secure-agent/contracts';
import { z } from 'zod';
import { personOf } from '../person.ts';
import { ADMIN_SCOPE } from '../scopes.ts';
import { isEmployeeId } from '../stores/keys.ts';
import type { PeopleStore } from '../stores/people-store.ts';
import { defineTool, type Tool } from '../tool.ts';
import { refuse } from '../tool-error.ts';
import { getSalaryDefinition } from './definition.ts';

const args = z.strictObject({
  employee_id: z.string().refine(isEmployeeId, { error: 'must be an employee id such as E100' }),
});

/** For HR administrators, within their tenant: another tenant's id is an unknown one. */
export const createGetSalary = (people: Pick<PeopleStore, 'employee'>): Tool =>
  defineTool(getSalaryDefinition, args, async ({ employee_id }, caller) => {
    const person = personOf(caller);
    if (!person.ok) return person;
    if (!person.value.has(ADMIN_SCOPE)) return refuse('not_allowed');
    const row = await people.employee({ tenant: person.value.tenant, employeeId: employee_id });
    if (row === undefined) return refuse('not_found');
    return ok({ employee_id: row.employee_id, name: row.name, salary: row.salary, currency: 'EUR' });
  });
