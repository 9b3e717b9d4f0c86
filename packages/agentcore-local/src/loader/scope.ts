/** What the names of a template stand for, from its parameters, conditions and mappings and the resources made so far. */
import type { Json } from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';
import type { ResourceResult, StackContext } from '../ports.ts';
import type { Template } from '../template/assembly.ts';
import { evaluateCondition, type Scope } from '../template/resolve.ts';

/** Names come from a template: only members of its own count, never those of the prototype. */
const own = <T>(members: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;

const pseudoParameters = ({
  account,
  region,
  stackName,
}: StackContext): Readonly<Record<string, string>> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stackName}/local`,
});

/** A condition may name others, which must not lead back to it. */
function conditionsOf({ Conditions }: Template, scope: () => Scope): Scope['condition'] {
  const open = new Set<string>();
  return (name) => {
    const expression = own<Json>(Conditions, name);
    if (expression === undefined) {
      throw new LoadError('reference_unresolved', `The template names no condition "${name}".`);
    }
    if (open.has(name)) throw new LoadError('assembly_invalid', `The condition "${name}" depends on itself.`);
    open.add(name);
    try {
      return evaluateCondition(expression, scope());
    } finally {
      open.delete(name);
    }
  };
}

/** @param resources - by logical id: what is made already. */
export function scopeOf(
  template: Template,
  stack: StackContext,
  resources: Readonly<Record<string, ResourceResult>>,
): Scope {
  const pseudo = pseudoParameters(stack);
  const scope: Scope = {
    ref(name) {
      const parameter = own(template.Parameters, name)?.Default;
      return own(pseudo, name) ?? own(resources, name)?.physicalId ?? parameter;
    },
    attribute: (logicalId, name) => own(own(resources, logicalId)?.attributes, name),
    condition: conditionsOf(template, () => scope),
    mapping: (map, key, second) => own(own(own(template.Mappings, map), key), second),
  };
  return scope;
}
