import { SynthesisError } from '../synthesis-error.ts';

/** A JSON object that nobody checked. */
export type JsonNode = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is JsonNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that the object itself has: names come from a file. */
export const own = (node: JsonNode, name: string): unknown =>
  Object.hasOwn(node, name) ? node[name] : undefined;

/** @throws SynthesisError `specification_invalid`, always. */
export function refuse(where: string, why: string): never {
  throw new SynthesisError('specification_invalid', `${where}: ${why}. Change the specification.`);
}
