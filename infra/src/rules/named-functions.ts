import { listOf, member, type Rule, whereStatement } from './rule.ts';

const INVOKES = /^(?:\*|lambda:(?:\*|Invoke\*?|InvokeFunction\*?))$/i;

const anyFunction = (resource: unknown): boolean =>
  typeof resource === 'string' ? /\*/.test(resource) : JSON.stringify(resource ?? '*').includes('*');

function broken(statement: unknown): boolean {
  const invokes = listOf(member(statement, 'Action')).some((action) => INVOKES.test(String(action)));
  const allows = member(statement, 'Effect') === 'Allow';
  return allows && invokes && listOf(member(statement, 'Resource') ?? '*').some(anyFunction);
}

export const namedFunctions: Rule = {
  id: 'named-functions',
  title: 'A role that invokes functions names each of them.',
  fix: 'Replace the wildcard by the ARN of the function, without version or alias.',
  check: (template) => whereStatement(template, broken),
};
