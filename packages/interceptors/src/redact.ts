/** Takes the caller field out of tool lists: clients and models have no business with it. */
import { CALLER_FIELD, isJsonObject, type Json, type JsonObject } from '@secure-agent/contracts';

const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

function redactSchema(schema: JsonObject): JsonObject {
  const { properties, required } = schema;
  const shown = isJsonObject(properties)
    ? { ...schema, properties: without(properties, CALLER_FIELD) }
    : schema;
  if (!Array.isArray(required) || !required.includes(CALLER_FIELD)) return shown;
  const rest = required.filter((name) => name !== CALLER_FIELD);
  return rest.length === 0 ? without(shown, 'required') : { ...shown, required: rest };
}

function redactTool(tool: Json): Json {
  if (!isJsonObject(tool)) return tool;
  const schema = tool['inputSchema'];
  return isJsonObject(schema) ? { ...tool, inputSchema: redactSchema(schema) } : tool;
}

/** An object whose `tools` are redacted, where it has any. */
function redactTools(holder: JsonObject): JsonObject {
  const tools = holder['tools'];
  return Array.isArray(tools) ? { ...holder, tools: tools.map(redactTool) } : holder;
}

/** The search tool says its result twice; the second time as JSON in a text. A text that is not JSON lists no tools. */
function redactText(part: Json): Json {
  if (!isJsonObject(part) || typeof part['text'] !== 'string') return part;
  try {
    const value: unknown = JSON.parse(part['text']);
    return isJsonObject(value) ? { ...part, text: JSON.stringify(redactTools(value)) } : part;
  } catch {
    return part;
  }
}

/** The `result` of `tools/list` or of a search, without the caller field. */
export function redactResult(result: JsonObject): JsonObject {
  const { structuredContent, content } = result;
  return {
    ...redactTools(result),
    ...(isJsonObject(structuredContent) ? { structuredContent: redactTools(structuredContent) } : {}),
    ...(Array.isArray(content) ? { content: content.map(redactText) } : {}),
  };
}
