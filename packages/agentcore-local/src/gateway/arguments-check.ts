/**
 * The check of a call's arguments against the tool's schema, before the target is invoked. The schema language is the
 * closed subset of {@link SchemaDefinition}, so it is compiled here; the sentences are those captured from the live
 * service. An argument that the schema does not know passes: a Lambda target's schema cannot forbid it.
 */
import type { Json, SchemaDefinition } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from './json-rpc.ts';

/** After so many sentences no further item of an array is looked at: a million wrong ones must not make a million. */
const MAX_PROBLEMS = 20;

/** Adds a sentence for everything that is wrong with a value. */
type Check = (value: Json, path: string, problems: string[]) => void;

type JsonType = SchemaDefinition['type'] | 'null';

function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

const matches = (found: JsonType, expected: JsonType): boolean =>
  found === expected || (found === 'integer' && expected === 'number');

function checkMembers(schema: SchemaDefinition): Check {
  const required = schema.required ?? [];
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, member]) => [name, compileSchema(member)] as const,
  );
  return (value, path, problems) => {
    if (!isObject(value)) return;
    for (const name of required) {
      if (own(value, name) === undefined) {
        problems.push(`Missing required field(s): '${path === '' ? name : `${path}/${name}`}'`);
      }
    }
    for (const [name, check] of members) {
      const member = own(value, name);
      if (member !== undefined) check(member, `${path}/${name}`, problems);
    }
  };
}

function checkItems(schema: SchemaDefinition): Check {
  const { items } = schema;
  if (items === undefined) return () => {};
  const check = compileSchema(items);
  return (value, path, problems) => {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) {
      if (problems.length >= MAX_PROBLEMS) return;
      check(item, `${path}/${index}`, problems);
    }
  };
}

function compileSchema(schema: SchemaDefinition): Check {
  const checkInside = schema.type === 'array' ? checkItems(schema) : checkMembers(schema);
  return (value, path, problems) => {
    const found = typeOf(value);
    if (matches(found, schema.type)) checkInside(value, path, problems);
    else problems.push(`Field '${path}' has invalid type: ${found} found, ${schema.type} expected`);
  };
}

/**
 * Compiles a tool's schema once.
 * @returns a check that gives one sentence for each problem, none when the arguments are good.
 */
export function compileArgumentsCheck(schema: SchemaDefinition): (args: JsonObject) => readonly string[] {
  const check = compileSchema(schema);
  return (args) => {
    const problems: string[] = [];
    check(args, '', problems);
    return problems;
  };
}

/** The text of the tool result that names the problems. */
export const argumentsProblemText = (problems: readonly string[]): string =>
  [
    'ValidationException - Parameter validation failed: Invalid request parameters:',
    ...problems.map((p) => `- ${p}`),
  ].join('\n');
