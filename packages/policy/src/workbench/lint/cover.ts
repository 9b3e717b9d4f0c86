/** Which policy says what another one says already, as far as their texts tell. */
import type { PolicyTool } from '../../schema.ts';
import type { Subject } from './rule.ts';
import { toolsOf } from './scope.ts';

const isWithin = (some: ReadonlySet<string>, all: ReadonlySet<string>): boolean =>
  [...some].every((one) => all.has(one));

const takesPrincipalsOf = (
  { file: { policy: wide } }: Subject,
  { file: { policy: narrow } }: Subject,
): boolean =>
  wide.principal.op === 'All' || JSON.stringify(wide.principal) === JSON.stringify(narrow.principal);

/** Whether the scope of one policy takes every caller and tool that the scope of another does, and that one some. */
export function takesScopeOf(wide: Subject, narrow: Subject, tools: readonly PolicyTool[]): boolean {
  const taken = new Set(toolsOf(wide.file.policy, tools));
  const asked = toolsOf(narrow.file.policy, tools);
  return asked.length > 0 && takesPrincipalsOf(wide, narrow) && asked.every((tool) => taken.has(tool));
}

/** Whether one policy holds wherever another of the same effect does. */
export const covers = (wide: Subject, narrow: Subject, tools: readonly PolicyTool[]): boolean =>
  wide.file.effect === narrow.file.effect &&
  isWithin(wide.demands, narrow.demands) &&
  takesScopeOf(wide, narrow, tools);
