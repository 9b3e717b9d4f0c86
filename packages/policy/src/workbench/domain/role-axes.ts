/** The axes for one role: what would leave a claim as the role has it, or as another choice does, is no choice. */
import type { Role } from '../model/role.ts';
import { claimOf } from './build-probe.ts';
import type { Axis, Choice } from './choice.ts';

/** What a choice makes of a claim, as text; links depend on the rest and are told apart by themselves. */
function effectOf(role: Role, { leaf }: Axis, choice: Choice): string {
  if (choice.kind === 'same' || (leaf.kind !== 'tag' && leaf.kind !== 'sub')) return JSON.stringify(choice);
  return JSON.stringify([claimOf(role, { leaf, choice }) ?? 'absent']);
}

function distinct(role: Role, axis: Axis): readonly Choice[] {
  const byEffect = new Map<string, Choice>();
  const has = axis.leaf.kind === 'tag' && Object.hasOwn(role.subject.claims, axis.leaf.name);
  for (const choice of axis.choices) {
    if (has && choice.kind === 'given') continue;
    const effect = effectOf(role, axis, choice);
    if (!byEffect.has(effect)) byEffect.set(effect, choice);
  }
  return [...byEffect.values()];
}

/** The axes with the choices that make a difference for the role. */
export const axesOfRole = (axes: readonly Axis[], role: Role): readonly Axis[] =>
  axes.map((axis) => ({ ...axis, choices: distinct(role, axis) }));
