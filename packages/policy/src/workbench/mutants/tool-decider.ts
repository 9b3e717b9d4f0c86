/**
 * Decisions about one tool, compiled and made by what the engine compiles and decides with. A set is changed hundreds of
 * times here and asked a few questions each time; what an engine also holds for its lists would be most of the work.
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { compileTool, withReads } from '../../compile-tool.ts';
import { decideTool } from '../../decide.ts';
import type { PolicyEngine } from '../../engine.ts';
import type { PolicyTool } from '../../schema.ts';
import { releaseSlots, type Slot, takeSlot } from '../../slots.ts';
import { WORKBENCH_GATEWAY } from '../model/policy-file.ts';

/** An engine for one tool. */
export type Decider = Pick<PolicyEngine, 'decide'> & Disposable;

/** A policy with its text and its JSON form, which say the same. */
export type DecidedPolicy = {
  readonly name: string;
  readonly statement: string;
  readonly policy: PolicyJson;
};

/**
 * @param policies - those that can speak about the tool, by different names.
 * @throws PolicyError where Cedar reads one of them otherwise than its JSON form was read.
 */
export function toolDecider(tool: PolicyTool, policies: readonly DecidedPolicy[]): Decider {
  const slots: Slot[] = [];
  const take = (): Slot => {
    const slot = takeSlot();
    slots.push(slot);
    return slot;
  };
  const parsed = policies.map(({ name, ...policy }) =>
    withReads({ ...policy, id: name, enforcementMode: 'ACTIVE' }),
  );
  try {
    const compiled = compileTool(tool, parsed, take);
    return {
      decide: (request) => decideTool(compiled, WORKBENCH_GATEWAY, request),
      [Symbol.dispose]: () => releaseSlots(slots),
    };
  } catch (error) {
    releaseSlots(slots);
    throw error;
  }
}
