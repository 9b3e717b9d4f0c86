/** Tools in an MCP server's words, as this gateway offers them. What a server says of itself is data and is checked. */
import {
  encodeToolName,
  err,
  type Json,
  ok,
  type Result,
  type SchemaDefinition,
} from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';

/** Tools of one target (devguide bedrock-agentcore-limits). */
export const MAX_TOOLS = 1000;

/** All that a server may say about its tools, characters of JSON; AWS's limit for an inline schema. */
export const MAX_DESCRIPTION = 1024 * 1024;

/** Deeper parts of a schema are unknown to policies. */
const MAX_LEVELS = 32;

/** MCP 2025-11-25, tool names; beginning with a letter or digit. */
const TOOL_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** What of a server's description clients are shown. */
const SHOWN = ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const;

export type DescribedTool = {
  /** Full `Target___tool`. */
  readonly name: string;
  /** As the server knows it. */
  readonly ownName: string;
  readonly listed: JsonObject;
  readonly definition: SchemaDefinition;
};

const TYPES = ['string', 'number', 'object', 'array', 'boolean', 'integer'] as const;

function typeOf(schema: JsonObject): SchemaDefinition['type'] | undefined {
  const given = own(schema, 'type');
  const one = Array.isArray(given) ? given.filter((name) => name !== 'null') : [given];
  return one.length === 1 ? TYPES.find((type) => type === one[0]) : undefined;
}

/**
 * As much of a server's JSON Schema as policies can describe. An argument with a union or a reference has no type there:
 * it is left out, and where a policy engine is attached a call that gives it is denied.
 */
function definitionOf(schema: Json | undefined, level: number): SchemaDefinition | undefined {
  if (!isObject(schema) || level > MAX_LEVELS) return undefined;
  const type = typeOf(schema);
  if (type === undefined) return undefined;
  if (type === 'array') {
    const items = definitionOf(own(schema, 'items'), level + 1);
    return items === undefined ? undefined : { type, items };
  }
  return type === 'object' ? objectDefinition(schema, level) : { type };
}

function objectDefinition(schema: JsonObject, level: number): SchemaDefinition {
  const properties = own(schema, 'properties');
  const members = Object.entries(isObject(properties) ? properties : {}).flatMap(([name, member]) => {
    const definition = name === '__proto__' ? undefined : definitionOf(member, level + 1);
    return definition === undefined ? [] : [[name, definition] as const];
  });
  const required = own(schema, 'required');
  const names = Array.isArray(required)
    ? required.filter((name): name is string => typeof name === 'string')
    : [];
  return {
    type: 'object',
    properties: Object.fromEntries(members),
    ...(names.length === 0 ? {} : { required: names }),
  };
}

function describe(target: string, tool: Json): Result<DescribedTool, string> {
  const ownName = isObject(tool) ? own(tool, 'name') : undefined;
  if (!isObject(tool) || typeof ownName !== 'string') return err('a tool has no name');
  if (!TOOL_NAME.test(ownName) || ownName.includes('___')) {
    return err(`tool name ${JSON.stringify(ownName.slice(0, 100))} is not accepted`);
  }
  const name = encodeToolName(target, ownName);
  if (!name.ok) return err(`tool ${ownName.slice(0, 100)}: ${name.error}`);
  const schema = own(tool, 'inputSchema');
  if (!isObject(schema) || own(schema, 'type') !== 'object') {
    return err(`tool ${ownName}: the input schema must be an object`);
  }
  const shown = SHOWN.flatMap((member): [string, Json][] => {
    const value = own(tool, member);
    return value === undefined ? [] : [[member, value]];
  });
  return ok({
    name: name.value,
    ownName,
    listed: { name: name.value, ...Object.fromEntries(shown) },
    definition: objectDefinition(schema, 0),
  });
}

/**
 * Checks a server's tools.
 * @returns them, or in one sentence why the list is not taken over: a bad or repeated name (two that differ in case only
 * are one to a reader), an input schema that is no object, too many tools or too much text.
 */
export function describeTools(
  target: string,
  tools: readonly Json[],
): Result<readonly DescribedTool[], string> {
  if (tools.length > MAX_TOOLS) return err(`the MCP server has more than ${MAX_TOOLS} tools`);
  if (JSON.stringify(tools).length > MAX_DESCRIPTION) return err('the tools of the MCP server are too large');
  const described: DescribedTool[] = [];
  const seen = new Set<string>();
  for (const tool of tools) {
    const one = describe(target, tool);
    if (!one.ok) return one;
    const folded = one.value.name.toLowerCase();
    if (seen.has(folded)) return err(`the MCP server has tool ${one.value.ownName} twice`);
    seen.add(folded);
    described.push(one.value);
  }
  return ok(described);
}
