/** An OpenAPI schema as policies see it: types and which members are required. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import { isNode, type JsonNode, own, refuse } from './refuse.ts';

/** Refused by AgentCore (devguide gateway-schema-openapi); `not` too, whose meaning no type holds. */
const UNSUPPORTED = ['oneOf', 'anyOf', 'allOf', 'not'];
const TYPES = ['string', 'number', 'object', 'array', 'boolean', 'integer'] as const;
/** AgentCore gives up on deeper input. */
const MAX_LEVELS = 32;

type Context = { readonly document: JsonNode; readonly where: string; readonly path: readonly string[] };

/** Follows a reference inside the document, and another one behind it. */
export function resolveReference(given: unknown, { document, where, path }: Context): [JsonNode, Context] {
  if (!isNode(given)) return refuse(where, 'is not an object');
  const reference = own(given, '$ref');
  if (reference === undefined) return [given, { document, where, path }];
  const text = String(reference);
  if (!text.startsWith('#/')) return refuse(where, `refers to "${text}", which is not in this document`);
  if (path.includes(text)) return refuse(where, `refers to itself by "${text}"`);
  const names = text.slice(2).split('/');
  const found = names.reduce<unknown>(
    (at, name) => (isNode(at) ? own(at, name.replaceAll('~1', '/').replaceAll('~0', '~')) : undefined),
    document,
  );
  return resolveReference(found, { document, where: `${where} (${text})`, path: [...path, text] });
}

function typeOf(node: JsonNode, where: string): SchemaDefinition['type'] {
  const given = own(node, 'type');
  const names = (Array.isArray(given) ? given : [given]).filter((name) => name !== 'null');
  const [type, ...more] = TYPES.filter((one) => names.includes(one));
  if (type !== undefined && more.length === 0 && names.length === 1) return type;
  return refuse(where, `says no single type out of ${TYPES.join(', ')}`);
}

export function requiredOf(node: JsonNode, where: string): readonly string[] {
  const required = own(node, 'required') ?? [];
  if (Array.isArray(required) && required.every((name) => typeof name === 'string')) return required;
  return refuse(where, 'has a list of required members that is no list of names');
}

function members(node: JsonNode, context: Context): Omit<SchemaDefinition, 'type'> {
  const { where } = context;
  const properties = own(node, 'properties') ?? {};
  if (!isNode(properties)) return refuse(where, 'has properties that are no object');
  const converted = Object.entries(properties).map(([name, member]) => [
    name,
    convertSchema(member, { ...context, where: `${where}.${name}` }),
  ]);
  return { properties: Object.fromEntries(converted), required: requiredOf(node, where) };
}

/**
 * Converts one schema.
 * @throws SynthesisError `specification_invalid` naming the place and what AgentCore does not support.
 */
export function convertSchema(given: unknown, context: Context): SchemaDefinition {
  const [node, at] = resolveReference(given, context);
  const levels = at.where.split(/[.[]/).length;
  if (levels > MAX_LEVELS) return refuse(context.where, `is nested over ${MAX_LEVELS} levels`);
  const unsupported = UNSUPPORTED.find((name) => Object.hasOwn(node, name));
  if (unsupported !== undefined) return refuse(at.where, `${unsupported} is not supported by AgentCore`);
  const type = typeOf(node, at.where);
  const description = own(node, 'description');
  return {
    type,
    ...(typeof description === 'string' ? { description } : {}),
    ...(type === 'object' ? members(node, at) : {}),
    ...(type === 'array'
      ? { items: convertSchema(own(node, 'items'), { ...at, where: `${at.where}[]` }) }
      : {}),
  };
}
