/**
 * Names in Cedar's cache of parsed policy sets. The cache lives in the WebAssembly instance, is keyed by name, is shared
 * by the whole process and has no delete. So a name is taken for one set, emptied when its engine goes, and taken again:
 * the cache holds as many names as were ever in use at one time.
 */
import { type Policy, preparsePolicySet } from '@cedar-policy/cedar-wasm/nodejs';
import { PolicyError } from './policy-error.ts';

/** A name in the cache, owned by one engine. */
export type Slot = { readonly name: string };

const free: Slot[] = [];
let made = 0;

/** Takes a name that no other engine uses. */
export const takeSlot = (): Slot => free.pop() ?? { name: `secure-agent/${made++}` };

/**
 * Parses policies, by their ids, under the slot's name.
 * @throws PolicyError `policy_invalid`
 */
export function fillSlot({ name }: Slot, policies: Record<string, Policy>): void {
  const set = preparsePolicySet(name, { staticPolicies: policies });
  if (set.type === 'failure') {
    throw new PolicyError('policy_invalid', set.errors.map((error) => error.message).join('; '));
  }
}

/** Empties slots, which frees what they held, and gives them back. */
export function releaseSlots(slots: readonly Slot[]): void {
  for (const slot of slots) fillSlot(slot, {});
  free.push(...slots);
}
