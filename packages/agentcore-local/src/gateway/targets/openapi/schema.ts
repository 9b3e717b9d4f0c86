/**
 * An OpenAPI schema in two forms: as the JSON Schema that clients are shown and arguments are checked against, and as the
 * smaller description that policies are written about.
 */
import type { Json, SchemaDefinition } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import { type ApiDocument, refuse } from './document.ts';
import { linearPattern } from './validator.ts';

export type ConvertedSchema = {
  readonly json: JsonObject;
  readonly definition: SchemaDefinition;
};

type SchemaType = SchemaDefinition['type'];

const TYPES: ReadonlySet<string> = new Set(['string', 'number', 'object', 'array', 'boolean', 'integer']);

/** Deeper schemas have no policies: AgentCore gives up on input nested over 64 levels. */
const MAX_LEVELS = 32;

/** Taken over as they are. */
const KEPT = [
  'title',
  'description',
  'default',
  'enum',
  'const',
  'format',
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'examples',
] as const;

/** Read below, or of no meaning for a call. */
const KNOWN: ReadonlySet<string> = new Set([
  ...KEPT,
  'type',
  'properties',
  'required',
  'items',
  'additionalProperties',
  'nullable',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'example',
  'readOnly',
  'writeOnly',
  'deprecated',
  'externalDocs',
  'xml',
]);

const isType = (value: unknown): value is SchemaType => typeof value === 'string' && TYPES.has(value);

type Typed = { readonly type: SchemaType; readonly nullable: boolean };

function readType(node: JsonObject, version: ApiDocument['version'], where: string): Typed {
  const given = own(node, 'type');
  const nullable = version === '3.0' && own(node, 'nullable') === true;
  if (isType(given)) return { type: given, nullable };
  if (Array.isArray(given) && version === '3.1') {
    const [type, ...more] = given.filter((name) => name !== 'null');
    if (isType(type) && more.length === 0) return { type, nullable: given.includes('null') };
    return refuse(`${where}: several types are not supported`);
  }
  if (given !== undefined) return refuse(`${where}: type ${JSON.stringify(given)} is not supported`);
  if (own(node, 'properties') !== undefined) return { type: 'object', nullable };
  if (own(node, 'items') !== undefined) return { type: 'array', nullable };
  return refuse(`${where}: a schema without a type is not supported`);
}

function checkKeywords(node: JsonObject, where: string): void {
  const unknown = Object.keys(node).find((name) => !KNOWN.has(name) && !name.startsWith('x-'));
  if (unknown !== undefined) refuse(`${where}: ${unknown} is not supported`);
}

/** Named here, where its place is known; the check of the arguments could only say that its schema is not valid. */
function checkPattern(node: JsonObject, where: string): void {
  const pattern = own(node, 'pattern');
  if (typeof pattern !== 'string') return;
  try {
    linearPattern(pattern);
  } catch {
    refuse(`${where}: a pattern must be one of RE2, which has no lookaround and no back-reference`);
  }
}

/** OpenAPI 3.0 has a boolean beside the bound, JSON Schema the bound itself. */
function bounds(node: JsonObject, version: ApiDocument['version']): JsonObject {
  const pairs = [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const;
  const members = pairs.flatMap(([exclusive, bound]): [string, Json][] => {
    const value = own(node, exclusive);
    const limit = own(node, bound);
    if (version === '3.1') return value === undefined ? [] : [[exclusive, value]];
    return value === true && limit !== undefined ? [[exclusive, limit]] : [];
  });
  return Object.fromEntries(members);
}

function kept(node: JsonObject): JsonObject {
  const members = KEPT.flatMap((name): [string, Json][] => {
    const value = own(node, name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
}

function requiredOf(node: JsonObject, where: string): readonly string[] {
  const required = own(node, 'required') ?? [];
  if (!Array.isArray(required)) return refuse(`${where}: required must be a list`);
  return required.map((name) =>
    typeof name === 'string' ? name : refuse(`${where}: required must be a list of names`),
  );
}

type Context = {
  readonly document: ApiDocument;
  readonly where: string;
  readonly seen: ReadonlySet<string>;
  readonly level: number;
};

/** As parts of a schema: the two forms side by side. */
type Parts = { readonly json: JsonObject; readonly definition: Omit<SchemaDefinition, 'type'> };

function convertMembers(node: JsonObject, context: Context): Parts {
  const { where } = context;
  const properties = own(node, 'properties') ?? {};
  if (!isObject(properties)) return refuse(`${where}: properties must be an object`);
  const members = Object.entries(properties).map(([name, member]) => {
    if (name === '__proto__') refuse(`${where}: a property must not be named __proto__`);
    return [name, convert(member, { ...context, where: `${where}.${name}` })] as const;
  });
  const required = requiredOf(node, where);
  const list = required.length === 0 ? {} : { required };
  return {
    json: {
      properties: Object.fromEntries(members.map(([name, { json }]) => [name, json])),
      ...list,
      ...additional(node, context),
    },
    definition: {
      properties: Object.fromEntries(members.map(([name, { definition }]) => [name, definition])),
      ...list,
    },
  };
}

function additional(node: JsonObject, context: Context): JsonObject {
  const value = own(node, 'additionalProperties');
  if (value === undefined) return {};
  if (typeof value === 'boolean') return { additionalProperties: value };
  const { json } = convert(value, { ...context, where: `${context.where}.*` });
  return { additionalProperties: json };
}

function convertItems(node: JsonObject, context: Context): Parts {
  const items = own(node, 'items');
  if (items === undefined) return refuse(`${context.where}: an array needs items`);
  const { json, definition } = convert(items, { ...context, where: `${context.where}[]` });
  return { json: { items: json }, definition: { items: definition } };
}

function convert(given: Json, context: Context): ConvertedSchema {
  const { document, where, level } = context;
  if (level > MAX_LEVELS) return refuse(`${where}: the schema is nested over ${MAX_LEVELS} levels`);
  const { node, seen } = document.resolve(given, where, context.seen);
  checkKeywords(node, where);
  checkPattern(node, where);
  const { type, nullable } = readType(node, document.version, where);
  const inside = { ...context, seen, level: level + 1 };
  const parts =
    type === 'object'
      ? convertMembers(node, inside)
      : type === 'array'
        ? convertItems(node, inside)
        : { json: {}, definition: {} };
  const description = own(node, 'description');
  return {
    json: {
      type: nullable ? [type, 'null'] : type,
      ...kept(node),
      ...bounds(node, document.version),
      ...parts.json,
    },
    definition: {
      type,
      ...(typeof description === 'string' ? { description } : {}),
      ...parts.definition,
    },
  };
}

/**
 * Converts one schema, references included.
 * @throws GatewayMisconfigured naming the keyword that AgentCore does not support (oneOf, anyOf, allOf, …), a reference
 * that is no good, a pattern that cannot be matched in linear time, and a schema
 * that says no type.
 */
export const convertSchema = (document: ApiDocument, node: Json, where: string): ConvertedSchema =>
  convert(node, { document, where, seen: new Set(), level: 0 });
