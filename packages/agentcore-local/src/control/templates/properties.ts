/** Properties of a template, in the words of the control API. */
import type { Json, JsonObject } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Properties } from '../../ports.ts';
import { toApiCase } from '../../template/property-case.ts';
import { parseInput } from '../operations/operation.ts';
import { tagMap } from '../records/common.ts';

const object = z.record(z.string(), z.json());

/** Tags are a map for some types and a list of pairs for others. */
const given = z.union([
  tagMap,
  z
    .array(z.strictObject({ Key: z.string(), Value: z.string() }))
    .transform((pairs) => Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value])))
    .pipe(tagMap),
]);

export type Parsed = {
  readonly properties: JsonObject;
  readonly tags: Readonly<Record<string, string>>;
};

/** @throws ControlError for tags that AWS would not take. */
export function parseProperties(written: Properties): Parsed {
  const { tags, ...properties } = object.parse(toApiCase(written));
  return { properties, tags: tags === undefined ? {} : parseInput(given, tags) };
}

/** A property that must be a text. */
export const textOf = (properties: JsonObject, name: string): string =>
  parseInput(z.object({ [name]: z.string() }), properties)[name] ?? '';

/** Attributes without those that have no value. */
export const attributesOf = (
  attributes: Readonly<Record<string, Json | undefined>>,
): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]): [string, Json][] =>
      value === undefined ? [] : [[name, value]],
    ),
  );
