/** Puts resources in an order in which each comes after what it refers to or depends on. */
import { LoadError } from '../load-error.ts';
import type { Template } from './assembly.ts';
import { references } from './references.ts';

function needs({ Resources }: Template, logicalId: string): string[] {
  const resource = Object.hasOwn(Resources, logicalId) ? Resources[logicalId] : undefined;
  if (resource === undefined) return [];
  const missing = resource.DependsOn.find((name) => !Object.hasOwn(Resources, name));
  if (missing !== undefined) {
    const text = `"${logicalId}" depends on "${missing}", which the template does not hold.`;
    throw new LoadError('reference_unresolved', text);
  }
  // Parameters and pseudo parameters are references too, but nothing has to be made for them.
  const referred = [...references(resource.Properties)].filter((name) => Object.hasOwn(Resources, name));
  return [...referred, ...resource.DependsOn];
}

/**
 * Logical ids, what is needed first.
 * @throws LoadError `assembly_invalid` when resources need one another in a circle, `reference_unresolved` for a
 * `DependsOn` of nothing.
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
