/** Where a search starts for one role: as the role is, and as each policy would have it. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import type { Axis, Choice } from './choice.ts';
import { jsonOf, memberAt } from './input-values.ts';
import { instants } from './instants.ts';
import { keyOf, type Leaf } from './leaf.ts';
import type { Literal } from './literal.ts';
import type { Tuple } from './plan.ts';
import type { Need, Solution } from './solutions.ts';

function jsonFor(leaf: Leaf, literal: Literal, schema: SchemaDefinition): unknown {
  if (leaf.kind === 'now') return instants([literal])[0];
  if (leaf.kind !== 'input') return literal.value;
  const definition = memberAt(schema, leaf.path);
  return definition === undefined ? undefined : jsonOf(literal, definition)[0];
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function fits(choice: Choice, need: Need, leaf: Leaf, schema: SchemaDefinition): boolean {
  switch (need.kind) {
    case 'absent':
      return choice.kind === 'absent';
    case 'present':
      return choice.kind === 'given' || choice.kind === 'value';
    case 'same':
      return choice.kind === 'same' && choice.move === 0 && keyOf(choice.as) === keyOf(need.as);
    case 'words':
      return choice.kind === 'words' && choice.remove.length === 0 && sameText(choice.add, need.words);
    case 'literal':
      return choice.kind === 'value' && sameText(choice.value, jsonFor(leaf, need.literal, schema));
  }
}

/** The first choice that is as needed; the role's own where none is. */
function indexFor(
  { leaf, choices }: Axis,
  solution: Solution,
  schema: SchemaDefinition,
  holds: Held,
): number {
  const need = solution.get(keyOf(leaf));
  if (need === undefined || (need.kind === 'present' && holds(leaf))) return 0;
  return Math.max(
    0,
    choices.findIndex((choice) => fits(choice, need, leaf, schema)),
  );
}

/** Whether a role has a leaf of its own accord. */
type Held = (leaf: Leaf) => boolean;

/** One combination for each start, then the role as it is with every argument at its default. None twice. */
export function basesOf(
  axes: readonly Axis[],
  solutions: readonly Solution[],
  schema: SchemaDefinition,
  holds: Held,
): readonly Tuple[] {
  const found = solutions.map((solution) => axes.map((axis) => indexFor(axis, solution, schema, holds)));
  const all = [...found, axes.map(() => 0)];
  return [...new Map(all.map((tuple) => [tuple.join(), tuple])).values()];
}
