/** Who can come with a call, from the one configuration: every person and every machine, with the claims of their tokens. */
import { type Configuration, EMPLOYEE_CLAIM, fullScope, TENANT_CLAIM } from '@secure-agent/contracts';
import type { TokenSubject } from '../../principal.ts';

/** A person or a machine of the configuration. */
export type Role = {
  /** The person's user name, or `machine:<role>`. */
  readonly name: string;
  readonly kind: 'person' | 'machine';
  /** What tables call them: a person's group, or the name. */
  readonly title: string;
  readonly subject: TokenSubject;
};

type Source = Pick<Configuration, 'people' | 'groups' | 'machines' | 'resourceServer'>;

const scopeClaim = (source: Source, scopes: readonly string[]): string =>
  scopes.map((scope) => fullScope(source, scope)).join(' ');

function subjectOf(sub: string, claims: Readonly<Record<string, unknown>>): TokenSubject {
  return { sub, claims: { token_use: 'access', sub, ...claims } };
}

/**
 * The roles of a configuration, people first. A person's `sub` is their user name and a machine's its client's name:
 * the real ones are known at deployment, and no policy of ours names one.
 */
export function rolesOf(source: Source): readonly Role[] {
  const people = source.people.map(({ username, group, tenant, employee }): Role => {
    const scope = scopeClaim(source, source.groups[group] ?? []);
    const claims = { client_id: 'people', scope, [TENANT_CLAIM]: tenant, [EMPLOYEE_CLAIM]: employee.id };
    const subject = subjectOf(username, { ...claims, 'cognito:groups': [group] });
    return { name: username, kind: 'person', title: group, subject };
  });
  const machines = Object.entries(source.machines).map(([machine, scopes]): Role => {
    const name = `machine:${machine}`;
    const subject = subjectOf(name, { client_id: name, scope: scopeClaim(source, scopes) });
    return { name, kind: 'machine', title: name, subject };
  });
  return [...people, ...machines];
}
