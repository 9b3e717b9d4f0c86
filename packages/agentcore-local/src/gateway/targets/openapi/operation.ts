/** One operation of an API: its arguments, and where in the request each of them goes. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import { type Body, type BodyArguments, bodyArguments, readBody } from './body.ts';
import { type ApiDocument, holds, refuse, refuseMembers } from './document.ts';
import { type Parameter, readParameters } from './parameter.ts';

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

function mergeArguments(
  parameters: readonly Parameter[],
  fromBody: BodyArguments,
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
