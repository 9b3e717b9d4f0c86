/**
 * A policy with `context.input` replaced by Cedar's `unknown("input")`, for listing tools: the question is whether some
 * input could be allowed. Cedar does not look into a record that holds an unknown, so it would not see
 * `context.system.now` beside it; with the input out of the record, the time of the listing counts.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

export type Specialised = {
  readonly policy: PolicyJson;
  readonly readsInput: boolean;
  readonly readsSystem: boolean;
};

const CONTEXT = { Var: 'context' };
const UNKNOWN_INPUT = { unknown: [{ Value: 'input' }] };
const SYSTEM = { '.': { left: CONTEXT, attr: 'system' } };
/** Stands for `context` wherever more than one member of it is meant, as in `context has input`. */
const WHOLE_CONTEXT = { Record: { input: UNKNOWN_INPUT, system: SYSTEM } };

const member = (node: unknown, name: string): unknown =>
  typeof node === 'object' && node !== null ? Object.getOwnPropertyDescriptor(node, name)?.value : undefined;

/** JSON.parse calls it for children first, so an access to `context.input` already has the whole context at its left. */
function revive(_name: string, node: unknown): unknown {
  if (member(node, 'Var') === 'context') return WHOLE_CONTEXT;
  const access = member(node, '.');
  if (member(access, 'left') !== WHOLE_CONTEXT) return node;
  if (member(access, 'attr') === 'input') return UNKNOWN_INPUT;
  return member(access, 'attr') === 'system' ? SYSTEM : node;
}

/** Rewrites the conditions of a policy; its scope cannot read the context. */
export function specialise(policy: PolicyJson): Specialised {
  const conditions: PolicyJson['conditions'] = JSON.parse(JSON.stringify(policy.conditions), revive);
  // A quote inside a string is escaped in JSON text, so only expressions can match.
  const text = JSON.stringify(conditions);
  return {
    policy: { ...policy, conditions },
    readsInput: text.includes(JSON.stringify(UNKNOWN_INPUT)),
    readsSystem: text.includes(JSON.stringify(CONTEXT)),
  };
}
