/** What is kept of a stack between starts: the physical id, attributes and last applied properties of each resource. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { StateSection, StateStore } from '../ports.ts';
import { moveUrls } from '../template/local-urls.ts';

const json: z.ZodType<Json> = z.json();
export const properties = z.record(z.string(), json);

const savedResource = z.object({
  type: z.string(),
  physicalId: z.string(),
  attributes: properties,
  /** The resolved properties that the template asked for last. */
  applied: properties,
  /** Base URL of the endpoint at that time: attributes and properties may name it. */
  endpoint: z.string(),
});
export type SavedResource = z.infer<typeof savedResource>;

/** By logical id, in the order in which they were applied last: what depends on another comes after it. */
const savedStack = z.record(z.string(), savedResource);
export type SavedStack = z.infer<typeof savedStack>;

export type StackState = {
  all(): SavedStack;
  find(logicalId: string): SavedResource | undefined;
  /** Puts a resource at the end. */
  put(logicalId: string, resource: SavedResource): void;
  forget(logicalId: string): void;
};

/** @throws LoadError `state_invalid`. */
export function openStackState(state: StateStore, stackName: string): StackState {
  const section: StateSection<SavedStack> = state.section(`stack-${stackName.toLowerCase()}`, savedStack, {});
  const without = (logicalId: string): SavedStack => {
    const { [logicalId]: _gone, ...others } = section.read();
    return others;
  };
  return {
    all: () => section.read(),
    find: (logicalId) => (Object.hasOwn(section.read(), logicalId) ? section.read()[logicalId] : undefined),
    put: (logicalId, resource) => section.write({ ...without(logicalId), [logicalId]: resource }),
    forget: (logicalId) => section.write(without(logicalId)),
  };
}

/** The resource as it would have been saved at another endpoint: a new port is no change of the template. */
export function movedTo(endpoint: string, resource: SavedResource): SavedResource {
  if (resource.endpoint === endpoint) return resource;
  const { attributes, applied, endpoint: before } = resource;
  return {
    ...resource,
    attributes: properties.parse(moveUrls(attributes, before, endpoint)),
    applied: properties.parse(moveUrls(applied, before, endpoint)),
    endpoint,
  };
}
