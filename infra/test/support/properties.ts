/** Reads a template where exactly one resource is meant. */
import type { Template } from 'aws-cdk-lib/assertions';

/**
 * Properties of the only resource of a type.
 * @param idPrefix - narrows the choice by the beginning of the logical id.
 * @throws TypeError when there is not exactly one.
 */
export function propertiesOf(template: Template, type: string, idPrefix = '') {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.startsWith(idPrefix));
  const [first] = found;
  if (first === undefined || found.length > 1)
    throw new TypeError(`${found.length} resources are ${type} ${idPrefix}`);
  return first[1]['Properties'];
}
