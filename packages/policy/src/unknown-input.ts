/**
 * Policies for the question whether some input could be allowed. In them, the input is a member of the context that is
 * not there, so Cedar's evaluation of a policy stops with a known error exactly where the policy looks at the input.
 * A policy that ends otherwise, with a value or with another error, ends so for every input. That is Cedar's partial
 * evaluation with an unknown input, over policies that were parsed before.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { member } from './reads.ts';

/** Names of members of the context that no policy has. */
export type Unknowns = { readonly input: string; readonly system: string };

/** Names that stand in none of the policies. */
export function unknownsFor(policies: readonly PolicyJson[]): Unknowns {
  const text = JSON.stringify(policies);
  let marker = 'unknown';
  while (text.includes(marker)) marker += '_';
  return { input: `${marker}Input`, system: `${marker}System` };
}

const CONTEXT = { Var: 'context' };
const memberOfContext = (attr: string) => ({ '.': { left: CONTEXT, attr } });

/** Operators that give a boolean and evaluate both operands, whatever the first one is. */
const STRICT = ['==', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'containsAll', 'containsAny'];

/**
 * Of `L op R` with the input in L alone, R is evaluated first: an error of R is an error for every input, and Cedar's
 * partial evaluation would see it.
 */
function rightFirst(node: unknown, isUnknown: (part: unknown) => boolean): unknown {
  const operands = STRICT.map((operator) => member(node, operator)).find((found) => found !== undefined);
  const [left, right] = [member(operands, 'left'), member(operands, 'right')];
  const mayFail = left !== undefined && right !== undefined && member(right, 'Value') === undefined;
  if (!mayFail || !isUnknown(left) || isUnknown(right)) return node;
  return { '&&': { left: { '==': { left: right, right } }, right: node } };
}

/** JSON.parse calls it for children first, so an access to `context.input` already has the whole context at its left. */
function reviver(unknowns: Unknowns): (name: string, node: unknown) => unknown {
  const [input, system] = [memberOfContext(unknowns.input), memberOfContext(unknowns.system)];
  const whole = { Record: { input, system } };
  const members = new Map<unknown, object>(Object.entries(whole.Record));
  const isUnknown = (part: unknown): boolean => JSON.stringify(part).includes(unknowns.input);

  /** `context has a.b`: every call has an input and a system, and nothing else. */
  const holds = (attr: unknown): object => {
    const [first, ...rest]: unknown[] = Array.isArray(attr) ? attr : [attr];
    const found = members.get(first);
    if (found === undefined || rest.length === 0) return { Value: found !== undefined };
    return { has: { left: found, attr: rest.length === 1 ? rest[0] : rest } };
  };
  return (_name, node) => {
    if (member(node, 'Var') === 'context') return whole;
    const [access, has] = [member(node, '.'), member(node, 'has')];
    if (member(has, 'left') === whole) return holds(member(has, 'attr'));
    if (member(access, 'left') !== whole) return rightFirst(node, isUnknown);
    const attr = member(access, 'attr');
    return members.get(attr) ?? { '.': { left: CONTEXT, attr } };
  };
}

/**
 * Whether every integer of a policy is one that JavaScript holds. If not, Cedar's JSON form of it, as it is read here,
 * is another policy.
 */
export function isExact(policy: PolicyJson): boolean {
  let exact = true;
  JSON.stringify(policy, (_name, value) => {
    exact &&= typeof value !== 'number' || Number.isSafeInteger(value);
    return value;
  });
  return exact;
}

/**
 * Replaces input and system in the conditions of a policy; its scope cannot read them. Conditions that could not be
 * written again as they were become unknown as a whole.
 */
export const withUnknowns = (policy: PolicyJson, unknowns: Unknowns): PolicyJson => ({
  ...policy,
  conditions: isExact(policy)
    ? JSON.parse(JSON.stringify(policy.conditions), reviver(unknowns))
    : [{ kind: 'when', body: memberOfContext(unknowns.input) }],
});
