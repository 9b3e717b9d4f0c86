/** A policy set with one policy changed, for the tools that the change can be about. */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyTool } from '../../schema.ts';
import { shard } from '../../shard.ts';
import { type PolicyFile, WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import type { Mutant } from './mutants-of.ts';
import { type DecidedPolicy, type Decider, toolDecider } from './tool-decider.ts';

/** A mutant with the tools that it, or the policy it is made from, can speak about: no decision on another differs. */
export type PlacedMutant = Mutant & {
  readonly original: PolicyFile;
  readonly tools: ReadonlySet<string>;
};

/** The policies of a gateway, and all its tools. */
export type PolicySet = {
  readonly policies: readonly PolicyFile[];
  readonly tools: readonly PolicyTool[];
};

/** Finds the tools of a mutant. */
export function place(mutant: Mutant, original: PolicyFile, tools: readonly PolicyTool[]): PlacedMutant {
  const both: readonly { readonly policy: PolicyJson }[] =
    mutant.mutated === undefined ? [original] : [original, mutant.mutated];
  const speaking = shard(both, WORKBENCH_GATEWAY);
  const names = tools.map(({ name }) => name).filter((name) => speaking(name).length > 0);
  return { ...mutant, original, tools: new Set(names) };
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** A change of principal or resource alone: without a difference in scope there is none, whatever the conditions. */
export function isOfWhomOrWhere({ mutated, original: { policy } }: PlacedMutant): boolean {
  if (mutated === undefined || mutated.policy.effect !== policy.effect) return false;
  return isSame(mutated.policy.action, policy.action) && isSame(mutated.policy.conditions, policy.conditions);
}

function changedSet({ original, mutated }: PlacedMutant, policies: readonly PolicyFile[]) {
  const kept: readonly DecidedPolicy[] = policies.filter((file) => file !== original);
  return mutated === undefined ? kept : [...kept, { name: original.name, ...mutated }];
}

/** Sets with a mutant in place of its original, compiled when they are needed and kept until the mutant is done with. */
export class MutatedSets implements Disposable {
  readonly #made = new Map<PlacedMutant, Map<PolicyTool, Decider>>();
  readonly #policies: readonly PolicyFile[];

  constructor(policies: readonly PolicyFile[]) {
    this.#policies = policies;
  }

  of(mutant: PlacedMutant, tool: PolicyTool): Decider {
    const ofMutant = this.#made.get(mutant) ?? new Map<PolicyTool, Decider>();
    this.#made.set(mutant, ofMutant);
    const made = ofMutant.get(tool);
    if (made !== undefined) return made;
    const speaking = shard(changedSet(mutant, this.#policies), WORKBENCH_GATEWAY)(tool.name);
    const decider = toolDecider(tool, speaking);
    ofMutant.set(tool, decider);
    return decider;
  }

  release(mutant: PlacedMutant): void {
    for (const decider of this.#made.get(mutant)?.values() ?? []) decider[Symbol.dispose]();
    this.#made.delete(mutant);
  }

  [Symbol.dispose](): void {
    for (const mutant of [...this.#made.keys()]) this.release(mutant);
  }
}
