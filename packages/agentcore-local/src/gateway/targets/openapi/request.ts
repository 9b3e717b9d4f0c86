/** The HTTP request for one call of an operation. Nothing of a call can change its origin or the shape of its path. */
import { err, type Json, ok, type Result } from '@secure-agent/contracts';
import { type JsonObject, own } from '../../json-rpc.ts';
import { isHeaderValue, type OutboundRequest, pathSegment } from '../outbound/outbound-request.ts';
import type { Operation } from './operation.ts';
import type { Parameter } from './parameter.ts';

export type Server = { readonly origin: string; readonly basePath: string };

type Given = { readonly parameter: Parameter; readonly value: Json };

const isScalar = (value: Json): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function givenAt(operation: Operation, args: JsonObject, location: Parameter['in']): readonly Given[] {
  return operation.parameters.flatMap((parameter) => {
    const value = parameter.in === location ? own(args, parameter.name) : undefined;
    return value === undefined || value === null ? [] : [{ parameter, value }];
  });
}

/** Dots alone cannot be encoded: a URL parser reads `%2e%2e` as the parent folder too. */
const DOTS = /^(?:\.|%2e){0,2}$/i;

function pathOf({ path, ...operation }: Operation, args: JsonObject): Result<string, string> {
  const values = new Map<string, string>();
  for (const { parameter, value } of givenAt({ path, ...operation }, args, 'path')) {
    if (!isScalar(value) || !String(value).isWellFormed()) {
      return err(`Field '/${parameter.name}' cannot stand in a path`);
    }
    values.set(parameter.name, pathSegment(String(value)));
  }
  const segments = path
    .slice(1)
    .split('/')
    .map((template) => ({
      fixed: !template.includes('{'),
      text: template.replace(/\{([^{}]*)\}/g, (_, name: string) => values.get(name) ?? ''),
    }));
  const bad = segments.find(({ fixed, text }) => !fixed && DOTS.test(text));
  if (bad !== undefined) return err(`A path parameter of ${path} must not be empty, "." or ".."`);
  return ok(`/${segments.map(({ text }) => text).join('/')}`);
}

function queryOf(operation: Operation, args: JsonObject): Result<OutboundRequest['query'], string> {
  const query: [string, string][] = [];
  for (const { parameter, value } of givenAt(operation, args, 'query')) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (!isScalar(item) || !String(item).isWellFormed()) {
        return err(`Field '/${parameter.name}' cannot stand in a query`);
      }
      query.push([parameter.name, String(item)]);
    }
  }
  return ok(query);
}

function headersOf(operation: Operation, args: JsonObject): Result<Record<string, string>, string> {
  const headers: [string, string][] = [];
  for (const { parameter, value } of givenAt(operation, args, 'header')) {
    if (!isScalar(value) || !isHeaderValue(String(value))) {
      return err(`Field '/${parameter.name}' must be printable ASCII of at most 4096 bytes`);
    }
    headers.push([parameter.name.toLowerCase(), String(value)]);
  }
  return ok(Object.fromEntries(headers));
}

function bodyOf({ body, parameters }: Operation, args: JsonObject): Json | undefined {
  if (body.kind === 'none') return undefined;
  if (body.kind === 'whole') return own(args, 'body');
  const taken = new Set(parameters.map(({ name }) => name));
  const members = Object.entries(args).filter(
    ([name]) => body.names.has(name) || (body.open && !taken.has(name)),
  );
  return members.length === 0 && body.optional ? undefined : Object.fromEntries(members);
}

/** Merged into another object at the target, such a member would change all of its objects (CWE-1321). */
function holdsPrototype(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsPrototype);
}

/**
 * Builds the request of a call.
 * @returns the request without credentials, or one sentence about the argument that no request can hold.
 */
export function buildRequest(
  operation: Operation,
  { origin, basePath }: Server,
  args: JsonObject,
): Result<OutboundRequest, string> {
  if (holdsPrototype(args)) return err('A field must not be named __proto__');
  const path = pathOf(operation, args);
  if (!path.ok) return path;
  const query = queryOf(operation, args);
  if (!query.ok) return query;
  const headers = headersOf(operation, args);
  if (!headers.ok) return headers;
  const body = bodyOf(operation, args);
  const request = {
    method: operation.method,
    origin,
    path: `${basePath}${path.value}`,
    query: query.value,
    headers: { ...headers.value, accept: 'application/json' },
  };
  if (body === undefined) return ok(request);
  return ok({
    ...request,
    headers: { ...request.headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
