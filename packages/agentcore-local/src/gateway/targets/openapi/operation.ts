/** One operation of an API: its arguments, and where in the request each of them goes. */
import type { Json, SchemaDefinition } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import { isFraming } from '../outbound/restricted-headers.ts';
import { type ApiDocument, holds, refuse, refuseMembers } from './document.ts';
import { type ConvertedSchema, convertSchema } from './schema.ts';

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: ConvertedSchema;
};

/** Members of a body that is an object are arguments of their own; another body is the one argument `body`. */
export type Body =
  | {
      readonly kind: 'members';
      readonly names: ReadonlySet<string>;
      /** Whether it takes members that it does not name. */
      readonly open: boolean;
      /** Whether there is no body where no member is given. */
      readonly optional: boolean;
    }
  | { readonly kind: 'whole' }
  | { readonly kind: 'none' };

export type Operation = {
  readonly operationId: string;
  readonly method: string;
  /** With its `{names}`. */
  readonly path: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
  /** What clients are shown and arguments are checked against. */
  readonly inputSchema: JsonObject;
  readonly definition: SchemaDefinition;
};

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
const PATH_ITEM: ReadonlySet<string> = new Set([...METHODS, 'parameters', 'summary', 'description']);

/** What clients accept in a tool's name (MCP 2025-11-25, tool names), beginning with a letter or digit. */
const OPERATION_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
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

/** An operation's parameter replaces the path's of the same name and place. */
function readParameters(
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

function checkPath(path: string, parameters: readonly Parameter[], where: string): void {
  const named = Array.from(path.matchAll(/\{([^{}]*)\}/g), ([, name]) => name);
  const literal = path.replaceAll(/\{[^{}]*\}/g, 'x');
  if (!/^\/[A-Za-z0-9\-._~!$&'()*+,;=:@/%]*$/.test(literal)) refuse(`${where}: the path is malformed`);
  if (literal.split('/').some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
    refuse(`${where}: the path must not hold a dot segment`);
  }
  const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  for (const name of named) {
    if (!declared.some((other) => other === name)) refuse(`${where}: path parameter ${name} is not declared`);
  }
  for (const name of declared) {
    if (!named.includes(name)) refuse(`${where}: path parameter ${name} is not in the path`);
  }
}

type ReadBody = { readonly required: boolean; readonly schema: ConvertedSchema };

const JSON_MEDIA_TYPE = /^application\/json *(?:; *charset=utf-8)?$/i;

function readBody(document: ApiDocument, operation: JsonObject, where: string): ReadBody | undefined {
  const given = own(operation, 'requestBody');
  if (given === undefined) return undefined;
  const { node } = document.resolve(given, `${where}: requestBody`);
  const content = own(node, 'content');
  if (!isObject(content)) return refuse(`${where}: requestBody needs content`);
  const [, media] = Object.entries(content).find(([type]) => JSON_MEDIA_TYPE.test(type)) ?? [];
  if (!isObject(media)) return refuse(`${where}: a request body must be application/json`);
  refuseMembers(media, ['encoding'], `${where}: requestBody`);
  const schema = own(media, 'schema');
  if (schema === undefined) return refuse(`${where}: requestBody needs a schema`);
  return {
    required: own(node, 'required') === true,
    schema: convertSchema(document, schema, `${where}: requestBody`),
  };
}

type Arguments = {
  readonly body: Body;
  readonly properties: readonly (readonly [string, ConvertedSchema])[];
  readonly required: readonly string[];
  /** What the members of an optional body need of one another. */
  readonly dependentRequired: readonly string[];
  readonly additional: Json;
};

function bodyArguments(read: ReadBody | undefined): Arguments {
  const nothing = { required: [], dependentRequired: [], additional: false } as const;
  if (read === undefined) return { body: { kind: 'none' }, properties: [], ...nothing };
  const { schema, required } = read;
  if (schema.definition.type !== 'object' || schema.definition.properties === undefined) {
    return {
      ...nothing,
      body: { kind: 'whole' },
      properties: [['body', schema]],
      required: required ? ['body'] : [],
    };
  }
  const shown = own(schema.json, 'properties');
  const names = Object.keys(schema.definition.properties);
  const additional = own(schema.json, 'additionalProperties') ?? false;
  const needed = schema.definition.required ?? [];
  return {
    body: { kind: 'members', names: new Set(names), open: additional !== false, optional: !required },
    properties: names.map((name) => [name, memberOf(schema, shown, name)]),
    required: required ? needed : [],
    dependentRequired: required ? [] : needed,
    additional,
  };
}

function memberOf({ definition }: ConvertedSchema, shown: Json | undefined, name: string): ConvertedSchema {
  const json = isObject(shown) ? own(shown, name) : undefined;
  const member = definition.properties?.[name];
  if (!isObject(json) || member === undefined) throw new TypeError('openapi: a member has two forms');
  return { json, definition: member };
}

function mergeArguments(
  parameters: readonly Parameter[],
  fromBody: Arguments,
  where: string,
): Pick<Operation, 'inputSchema' | 'definition'> {
  const all = [...parameters.map(({ name, schema }) => [name, schema] as const), ...fromBody.properties];
  const names = all.map(([name]) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) refuse(`${where}: argument ${twice} exists twice`);
  const required = [...parameters.filter((p) => p.required).map((p) => p.name), ...fromBody.required];
  const list = required.length === 0 ? {} : { required };
  const dependent = fromBody.dependentRequired;
  const members = fromBody.properties.map(([name]) => [name, dependent] as const);
  return {
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(all.map(([name, { json }]) => [name, json])),
      ...list,
      ...(dependent.length === 0 ? {} : { dependentRequired: Object.fromEntries(members) }),
      additionalProperties: fromBody.additional,
    },
    definition: {
      type: 'object',
      properties: Object.fromEntries(all.map(([name, { definition }]) => [name, definition])),
      ...list,
    },
  };
}

function checkOperationId(operation: JsonObject, where: string): string {
  const id = own(operation, 'operationId');
  if (typeof id !== 'string' || id === '') return refuse(`${where}: operationId is missing`);
  if (!OPERATION_ID.test(id) || id.includes('___')) {
    return refuse(`${where}: operationId ${JSON.stringify(id.slice(0, 100))} cannot name a tool`);
  }
  return id;
}

function refuseLinks(document: ApiDocument, operation: JsonObject, where: string): void {
  const responses = own(operation, 'responses');
  if (!isObject(responses)) return;
  for (const [status, response] of Object.entries(responses)) {
    const at = `${where}: response ${status}`;
    refuseMembers(document.resolve(response, at).node, ['links'], at);
  }
}

function readOperation(
  document: ApiDocument,
  [path, pathItem]: readonly [string, JsonObject],
  method: (typeof METHODS)[number],
): Operation {
  const where = `${method.toUpperCase()} ${path}`;
  const operation = own(pathItem, method);
  if (!isObject(operation)) return refuse(`${where} must be an object`);
  refuseMembers(operation, ['security', 'callbacks', 'servers', '$ref'], where);
  refuseLinks(document, operation, where);
  const operationId = checkOperationId(operation, where);
  const parameters = readParameters(document, pathItem, operation, where);
  checkPath(path, parameters, where);
  if ((method === 'get' || method === 'head') && holds(operation, 'requestBody')) {
    refuse(`${where}: requestBody is not supported for this method`);
  }
  const fromBody = bodyArguments(readBody(document, operation, where));
  const texts = [own(operation, 'description'), own(operation, 'summary'), where];
  return {
    operationId,
    method: method.toUpperCase(),
    path,
    description: String(texts.find((text) => typeof text === 'string' && text !== '')),
    parameters,
    body: fromBody.body,
    ...mergeArguments(parameters, fromBody, where),
  };
}

/**
 * Reads the operations of a description, in its order.
 * @throws GatewayMisconfigured naming the operation and what of it is wrong or not supported.
 */
export function readOperations(document: ApiDocument, where: string): readonly Operation[] {
  const paths = own(document.root, 'paths');
  if (!isObject(paths)) return refuse(`${where}: paths is missing`);
  const operations = Object.entries(paths).flatMap(([path, pathItem]) => {
    if (path.startsWith('x-')) return [];
    if (!isObject(pathItem)) return refuse(`${where}: path ${path} must be an object`);
    const unknown = Object.keys(pathItem).find((name) => !PATH_ITEM.has(name) && !name.startsWith('x-'));
    if (unknown !== undefined) refuse(`${where}: path ${path}: ${unknown} is not supported`);
    return METHODS.filter((method) => own(pathItem, method) !== undefined).map((method) =>
      readOperation(document, [path, pathItem], method),
    );
  });
  return operations.length > 0 ? operations : refuse(`${where}: there is no operation`);
}
