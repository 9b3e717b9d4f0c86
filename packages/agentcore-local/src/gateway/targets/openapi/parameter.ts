/** Parameters of an operation, in path, query and header. */
import type { Json } from '@secure-agent/contracts';
import { type JsonObject, own } from '../../json-rpc.ts';
import { isFraming } from '../outbound/restricted-headers.ts';
import { type ApiDocument, refuse, refuseMembers } from './document.ts';
import { type ConvertedSchema, convertSchema } from './schema.ts';

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: ConvertedSchema;
};

const HEADER_NAME = /^[A-Za-z0-9_-]{1,100}$/;

/** The serialization that OpenAPI uses where nothing is said, which is the only one that AgentCore knows. */
const STYLES = {
  path: { style: 'simple', explode: false },
  query: { style: 'form', explode: true },
  header: { style: 'simple', explode: false },
} as const;

const isIn = (value: unknown): value is Parameter['in'] =>
  typeof value === 'string' && Object.hasOwn(STYLES, value);

function checkSerialization(node: JsonObject, location: Parameter['in'], where: string): void {
  refuseMembers(node, ['content'], where);
  for (const [name, usual] of Object.entries(STYLES[location])) {
    const given = own(node, name);
    if (given !== undefined && given !== usual) refuse(`${where}: ${name} ${given} is not supported`);
  }
  if (own(node, 'allowReserved') === true) refuse(`${where}: allowReserved is not supported`);
}

function checkType({ definition }: ConvertedSchema, location: Parameter['in'], where: string): void {
  const { type, items } = definition;
  const single = location === 'query' && type === 'array' ? items?.type : type;
  if (single === 'object' || single === 'array') {
    refuse(`${where}: a ${location} parameter of type ${type} is not supported`);
  }
}

function readParameter(document: ApiDocument, given: Json, operation: string): Parameter {
  const { node } = document.resolve(given, `${operation}: a parameter`);
  const name = own(node, 'name');
  const location = own(node, 'in');
  if (typeof name !== 'string' || name === '' || name === '__proto__') {
    return refuse(`${operation}: a parameter needs a name`);
  }
  const where = `${operation}: parameter ${name}`;
  if (!isIn(location)) return refuse(`${where}: a parameter in ${JSON.stringify(location)} is not supported`);
  const required = own(node, 'required') === true;
  if (location === 'path' && !required) refuse(`${where}: a path parameter must be required`);
  if (location === 'header' && (!HEADER_NAME.test(name) || isFraming(name.toLowerCase()))) {
    refuse(`${where}: this header cannot be a parameter`);
  }
  checkSerialization(node, location, where);
  const schema = own(node, 'schema');
  if (schema === undefined) return refuse(`${where}: a parameter needs a schema`);
  const converted = convertSchema(document, schema, where);
  checkType(converted, location, where);
  return { name, in: location, required, schema: describe(converted, own(node, 'description')) };
}

/** A parameter's own description says more of it than its schema's. */
function describe(schema: ConvertedSchema, description: Json | undefined): ConvertedSchema {
  if (typeof description !== 'string') return schema;
  return { json: { ...schema.json, description }, definition: { ...schema.definition, description } };
}

function listOf(node: JsonObject, name: string, where: string): readonly Json[] {
  const list = own(node, name) ?? [];
  return Array.isArray(list) ? list : refuse(`${where}: ${name} must be a list`);
}

/**
 * Reads the parameters of an operation: its own, and those of its path that it does not replace.
 * @throws GatewayMisconfigured naming the parameter and what of it is not supported.
 */
export function readParameters(
  document: ApiDocument,
  pathItem: JsonObject,
  operation: JsonObject,
  where: string,
): readonly Parameter[] {
  const byPlace = new Map<string, Parameter>();
  for (const owner of [pathItem, operation]) {
    const declared = new Set<string>();
    for (const given of listOf(owner, 'parameters', where)) {
      const parameter = readParameter(document, given, where);
      const name = parameter.in === 'header' ? parameter.name.toLowerCase() : parameter.name;
      const place = `${parameter.in} ${name}`;
      if (declared.has(place)) refuse(`${where}: parameter ${parameter.name} exists twice`);
      declared.add(place);
      byPlace.set(place, parameter);
    }
  }
  return [...byPlace.values()];
}
