/** Arguments of a call by the tool's own schema: defaults, and constants in the type that was declared. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import type { Literal } from './literal.ts';

type Input = Readonly<Record<string, unknown>>;

/** The declaration of a member; undefined where the schema has none. */
export function memberAt(schema: SchemaDefinition, path: readonly string[]): SchemaDefinition | undefined {
  let found: SchemaDefinition | undefined = schema;
  for (const name of path) {
    const { properties = {} }: SchemaDefinition = found ?? { type: 'object' };
    found = Object.hasOwn(properties, name) ? properties[name] : undefined;
  }
  return found;
}

/** Whether the object around a member does without it. */
export function isOptional(schema: SchemaDefinition, path: readonly string[]): boolean {
  const parent = memberAt(schema, path.slice(0, -1));
  return parent?.required?.includes(path.at(-1) ?? '') !== true;
}

/** A plausible value: required members only, a list of one. */
export function defaultOf(definition: SchemaDefinition): unknown {
  switch (definition.type) {
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return definition.items === undefined ? [] : [defaultOf(definition.items)];
    case 'object':
      return requiredOf(definition);
  }
}

/** An object with its required members. */
export function requiredOf({ properties = {}, required = [] }: SchemaDefinition): Input {
  const members = required.flatMap((name) => {
    const definition = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return definition === undefined ? [] : [[name, defaultOf(definition)] as const];
  });
  return Object.fromEntries(members);
}

const itemsOf = (items: readonly Literal[], definition: SchemaDefinition | undefined): readonly unknown[] => {
  if (definition === undefined) return [];
  const values = items.map((item) => jsonOf(item, definition));
  return values.every(({ length }) => length === 1) ? [values.flat()] : [];
};

/** The constant as JSON of the declared type; none where it has another type, or JSON would not carry it exactly. */
export function jsonOf(literal: Literal, definition: SchemaDefinition): readonly unknown[] {
  switch (definition.type) {
    case 'string':
      return literal.type === 'string' ? [literal.value] : [];
    case 'integer':
      return literal.type === 'long' && Number.isSafeInteger(literal.value) ? [literal.value] : [];
    case 'number':
      return literal.type === 'decimal' ? [literal.value] : [];
    case 'boolean':
      return literal.type === 'bool' ? [literal.value] : [];
    case 'array':
      return literal.type === 'set' ? itemsOf(literal.value, definition.items) : [];
    case 'object':
      // A record is asked for member by member.
      return [];
  }
}
