/** Puts resources in an order in which each comes after what it refers to or depends on. */
import { LoadError } from '../load-error.ts';
import type { Template } from './assembly.ts';
import { references } from './references.ts';

function needs(template: Template, logicalId: string): string[] {
  const resource = template.Resources[logicalId];
  if (resource === undefined) return [];
  return [...references(resource.Properties), ...resource.DependsOn].filter(
    (name) => name !== logicalId && Object.hasOwn(template.Resources, name),
  );
}

/**
 * Logical ids, what is needed first.
 * @throws LoadError `assembly_invalid` when resources need one another in a circle.
 */
export function creationOrder(template: Template): readonly string[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (logicalId: string): void => {
    if (done.has(logicalId)) return;
    if (open.has(logicalId)) throw new LoadError('assembly_invalid', `"${logicalId}" depends on itself.`);
    open.add(logicalId);
    for (const needed of needs(template, logicalId)) visit(needed);
    open.delete(logicalId);
    done.add(logicalId);
  };
  for (const logicalId of Object.keys(template.Resources)) visit(logicalId);
  return [...done];
}
