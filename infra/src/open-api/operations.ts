/** The operations of an OpenAPI document as tools: what the gateway makes of them (devguide gateway-schema-openapi). */
import { isReservedArgument, type SchemaDefinition, type ToolDefinition } from '@secure-agent/contracts';
import { isNode, type JsonNode, own, refuse } from './refuse.ts';
import { convertSchema, resolveReference } from './schema.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];
const PLACES = ['path', 'query', 'header'];

type Argument = readonly [name: string, schema: SchemaDefinition, required: boolean];

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function parameter(document: JsonNode, given: unknown, where: string): Argument {
  const [node, at] = resolveReference(given, { document, where: `${where} parameter`, path: [] });
  const name = own(node, 'name');
  const place = own(node, 'in');
  if (typeof name !== 'string' || name === '') return refuse(at.where, 'has no name');
  if (!PLACES.includes(String(place)))
    return refuse(at.where, `"${name}" is not in ${PLACES.join(', ')} but in ${place}`);
  const schema = convertSchema(own(node, 'schema'), { ...at, where: `${where}.${name}` });
  return [name, schema, own(node, 'required') === true];
}

/** Members of a body that is an object are arguments of their own; another body is the one argument `body`. */
function body(document: JsonNode, operation: JsonNode, where: string): readonly Argument[] {
  const given = own(operation, 'requestBody');
  if (given === undefined) return [];
  const [node, at] = resolveReference(given, { document, where: `${where} requestBody`, path: [] });
  const content = own(node, 'content');
  const media = isNode(content) ? own(content, 'application/json') : undefined;
  if (!isNode(media)) return refuse(at.where, 'must be application/json');
  const schema = convertSchema(own(media, 'schema'), { ...at, where: `${where}.body` });
  const required = own(node, 'required') === true;
  if (schema.type !== 'object') return [['body', schema, required]];
  return Object.entries(schema.properties ?? {}).map(([name, member]) => [
    name,
    member,
    required && schema.required?.includes(name) === true,
  ]);
}

function inputOf(argumentsOf: readonly Argument[], where: string): SchemaDefinition {
  const names = argumentsOf.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse(where, `has two arguments named "${twice}"`);
  const reserved = names.find(isReservedArgument);
  if (reserved !== undefined)
    return refuse(where, `"${reserved}" says who is acting, and the request interceptor deletes it`);
  return {
    type: 'object',
    properties: Object.fromEntries(argumentsOf.map(([name, schema]) => [name, schema])),
    required: argumentsOf.filter(([, , required]) => required).map(([name]) => name),
  };
}

function tool(document: JsonNode, path: string, shared: readonly unknown[], entry: [string, unknown]) {
  const [method, operation] = entry;
  const where = `${method.toUpperCase()} ${path}`;
  if (!isNode(operation)) return refuse(where, 'is not an object');
  for (const name of ['callbacks', 'security'])
    if (Object.hasOwn(operation, name)) return refuse(where, `${name} is not supported by AgentCore`);
  const name = own(operation, 'operationId');
  const description = own(operation, 'description') ?? own(operation, 'summary');
  if (typeof name !== 'string' || name === '')
    return refuse(where, 'has no operationId, which names the tool');
  if (typeof description !== 'string') return refuse(where, 'has no description, which a model reads');
  // An operation's own parameter takes the place of the path's.
  const parameters = [...shared, ...listOf(own(operation, 'parameters'))].map((one) =>
    parameter(document, one, where),
  );
  const last = [...new Map(parameters.map((one) => [one[0], one])).values()];
  return { name, description, inputSchema: inputOf([...last, ...body(document, operation, where)], where) };
}

/**
 * Reads a document's operations.
 * @throws SynthesisError `specification_invalid` naming the operation.
 */
export function toolsOf(document: JsonNode): readonly ToolDefinition[] {
  const paths = own(document, 'paths');
  if (!isNode(paths)) return refuse('paths', 'is not an object');
  const tools = Object.entries(paths).flatMap(([path, item]) => {
    if (!isNode(item)) return refuse(path, 'is not an object');
    const shared = listOf(own(item, 'parameters'));
    const operations = Object.entries(item).filter(([method]) => METHODS.includes(method));
    return operations.map((entry) => tool(document, path, shared, entry));
  });
  const names = tools.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return refuse('paths', `two operations are "${twice}"`);
  return tools.length > 0 ? tools : refuse('paths', 'holds no operation');
}
