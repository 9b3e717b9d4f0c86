/**
 * An OpenAPI description as a target's inline payload, read without ever fetching anything. What AgentCore does not
 * support is refused by its name (devguide gateway-schema-openapi).
 */
import type { Json } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import { parseStrictJson } from '../../json-text.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import { targetUrl } from '../outbound/target-url.ts';

/** Largest inline description (devguide bedrock-agentcore-limits). */
const MAX_DOCUMENT_BYTES = 1024 * 1024;

/** Parts that references may add: a small text can name one part many times. */
const MAX_RESOLVED = 20_000;

export type ApiDocument = {
  readonly root: JsonObject;
  /** OpenAPI 3.1 speaks JSON Schema 2020-12; 3.0 has a dialect of its own. */
  readonly version: '3.0' | '3.1';
  /** Of the server, without a trailing slash in the path. */
  readonly origin: string;
  readonly basePath: string;
  /**
   * Follows references until something is no reference.
   * @param seen - references that led here; a second visit is a cycle.
   * @throws GatewayMisconfigured for a reference that leaves the document, dangles or comes back to itself.
   */
  resolve(node: Json | undefined, where: string, seen?: ReadonlySet<string>): Resolved;
};

export type Resolved = { readonly node: JsonObject; readonly seen: ReadonlySet<string> };

export const refuse = (message: string): never => {
  throw new GatewayMisconfigured(message);
};

/** Whether a member is there and says something. */
export const holds = (node: JsonObject, name: string): boolean => {
  const value = own(node, name);
  if (value === undefined || value === null) return false;
  return typeof value === 'object' ? Object.keys(value).length > 0 : true;
};

/** Refuses each of the members that is there and not empty. */
export function refuseMembers(node: JsonObject, names: readonly string[], where: string): void {
  for (const name of names) {
    if (holds(node, name)) refuse(`${where}: ${name} is not supported`);
  }
}

const unescapePointer = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

function atPointer(root: JsonObject, reference: string): Json | undefined {
  let node: Json | undefined = root;
  for (const token of reference.slice(2).split('/').map(unescapePointer)) {
    if (!isObject(node)) return undefined;
    node = own(node, token);
  }
  return node;
}

function readServer(root: JsonObject, where: string): Pick<ApiDocument, 'origin' | 'basePath'> {
  const servers = own(root, 'servers');
  const server = Array.isArray(servers) ? servers[0] : undefined;
  const url = isObject(server) ? own(server, 'url') : undefined;
  if (!isObject(server) || typeof url !== 'string') return refuse(`${where}: servers[0].url is missing`);
  if (holds(server, 'variables') || /[{}]/.test(url)) refuse(`${where}: server variables are not supported`);
  const address = targetUrl(`${where}: servers[0].url`, url);
  if (address.search !== '') refuse(`${where}: servers[0].url must not hold a query`);
  return { origin: address.origin, basePath: address.pathname.replace(/\/$/, '') };
}

function readVersion(root: JsonObject, where: string): ApiDocument['version'] {
  const text = own(root, 'openapi');
  const version = typeof text === 'string' ? /^(3\.[01])\.\d+$/.exec(text)?.[1] : undefined;
  return version === '3.0' || version === '3.1'
    ? version
    : refuse(`${where}: openapi must be 3.0.x or 3.1.x`);
}

function parse(text: string, where: string): JsonObject {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_DOCUMENT_BYTES) refuse(`${where}: the description is larger than 1 MB`);
  const parsed = parseStrictJson(bytes);
  if (!parsed.ok) return refuse(`${where}: the description is not plain JSON (${parsed.error})`);
  const { value } = parsed.value;
  return isObject(value) ? value : refuse(`${where}: the description must be a JSON object`);
}

function checkComponents(root: JsonObject, where: string): void {
  const components = own(root, 'components');
  if (!isObject(components)) return;
  refuseMembers(components, ['securitySchemes', 'callbacks', 'links', 'pathItems'], `${where}: components`);
}

/**
 * Reads a description.
 * @throws GatewayMisconfigured naming what is wrong or not supported.
 */
export function readDocument(text: string, where: string): ApiDocument {
  const root = parse(text, where);
  const version = readVersion(root, where);
  refuseMembers(root, ['security', 'webhooks', '$ref', 'jsonSchemaDialect'], where);
  checkComponents(root, where);
  let resolved = 0;
  function resolve(node: Json | undefined, at: string, seen: ReadonlySet<string> = new Set()): Resolved {
    resolved += 1;
    if (resolved > MAX_RESOLVED) refuse(`${where}: references make the description too large`);
    if (!isObject(node)) return refuse(`${at} must be an object`);
    const reference = own(node, '$ref');
    if (reference === undefined) return { node, seen };
    if (typeof reference !== 'string' || !reference.startsWith('#/')) {
      return refuse(`${at}: $ref must point into the description itself`);
    }
    if (seen.has(reference)) return refuse(`${at}: $ref ${reference} is a cycle`);
    const others = Object.keys(node).filter((name) => !['$ref', 'description', 'summary'].includes(name));
    if (others.length > 0) refuse(`${at}: ${others[0]} beside $ref is not supported`);
    const found = atPointer(root, reference);
    if (found === undefined) return refuse(`${at}: $ref ${reference} points at nothing`);
    return resolve(found, at, new Set([...seen, reference]));
  }
  return { root, version, ...readServer(root, where), resolve };
}
