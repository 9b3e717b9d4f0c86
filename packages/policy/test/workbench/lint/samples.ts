/** The policies of the fixtures, and the tools and roles that they are about. */
import { readdirSync, readFileSync } from 'node:fs';
import type { PolicyTool } from '../../../src/index.ts';
import {
  type CheckOptions,
  checkPolicies,
  type PolicyCheck,
} from '../../../src/workbench/check/check-policies.ts';
import { domainOf, type PolicySource, type Role } from '../../../src/workbench/index.ts';
import { tool } from '../../fixtures.ts';

export const TOOLS: readonly PolicyTool[] = [
  tool('Mail___send', { to: 's', subject: 's', amount: 'i', limit: 'i?' }),
  tool('Mail___purge'),
  tool('Hr___get_balance', { employee_id: 's?' }),
];

const role = (name: string, scope: string): Role => ({
  name,
  kind: 'person',
  title: name,
  subject: { sub: name, claims: { sub: name, scope, department: 'staff-1', tenant: 'acme' } },
});

const ROLES: readonly Role[] = [role('maria', 'hr/manager hr/read'), role('dev', 'hr/developer hr/read')];

function folder(name: string): readonly PolicySource[] {
  const at = new URL(`./fixtures/${name}/`, import.meta.url);
  return readdirSync(at)
    .toSorted()
    .map((file) => ({
      name: file.replace(/\.cedar$/, ''),
      text: readFileSync(new URL(file, at), 'utf8'),
    }));
}

export const RIGHT = folder('right');
export const WRONG = folder('wrong');

/** The check over the accepted policies and some more. */
export const checkWith = (more: readonly PolicySource[], options: Partial<CheckOptions> = {}): PolicyCheck =>
  checkPolicies({ sources: [...RIGHT, ...more], tools: TOOLS, ...options });

/** The same, over the domain too. */
export const checkAll = (more: readonly PolicySource[]): PolicyCheck =>
  checkWith(more, {
    domainOf: (policies) => domainOf({ policies, tools: TOOLS, roles: ROLES, limit: 3000 }),
  });

/** One of the accepted policies. */
export function right(name: string): string {
  const found = RIGHT.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no such fixture: ${name}`);
  return found.text;
}
