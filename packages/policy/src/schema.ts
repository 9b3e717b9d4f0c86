/**
 * The Cedar schema of a gateway, from the tools it offers. AWS publishes no schema text; this one reproduces the
 * types, names and validation messages that its guide shows (devguide policy-schema-constraints).
 */
import type { SchemaDefinition } from '@secure-agent/contracts';
import { cedarString, isCedarIdentifier } from './cedar-text.ts';
import { CALL_TOOL, MCP, NAMESPACE, targetOf } from './names.ts';
import { PolicyError } from './policy-error.ts';

/** A tool as the gateway lists it. */
export type PolicyTool = {
  /** `Target___tool` */
  readonly name: string;
  /** The whole input, so its type is `object`. */
  readonly inputSchema: SchemaDefinition;
};

/** Cedar's JSON form reads these as escapes: an argument of that name could smuggle in another type. */
const JSON_ESCAPES = new Set(['__entity', '__extn', '__expr']);

const unsupported = (where: string, why: string) =>
  new PolicyError('tool_unsupported', `${where} has no Cedar type: ${why}`);

function attributeOf(name: string, definition: SchemaDefinition, required: boolean, where: string): string {
  if (JSON_ESCAPES.has(name)) throw unsupported(where, 'its name is an escape of Cedar JSON');
  const text = isCedarIdentifier(name) ? name : cedarString(name);
  return `${text}${required ? '' : '?'}: ${typeOf(definition, where)}`;
}

function recordOf(definition: SchemaDefinition, where: string): string {
  const attributes = Object.entries(definition.properties ?? {}).map(([name, member]) =>
    attributeOf(name, member, definition.required?.includes(name) === true, `${where}.${name}`),
  );
  return attributes.length === 0 ? '{}' : `{ ${attributes.join(', ')} }`;
}

function typeOf(definition: SchemaDefinition, where: string): string {
  switch (definition.type) {
    case 'string':
      return 'String';
    case 'integer':
      return 'Long';
    case 'number':
      return 'decimal';
    case 'boolean':
      return 'Bool';
    case 'object':
      return recordOf(definition, where);
    case 'array':
      if (definition.items === undefined) throw unsupported(where, 'an array must say what its items are');
      return `Set<${typeOf(definition.items, where)}>`;
  }
}

type ToolText = { readonly type: string; readonly action: string };

/** AgentCore names the input type `<tool>Input`; a name that is no identifier gets its record inline. */
function toolText({ name, inputSchema }: PolicyTool): ToolText {
  if (inputSchema.type !== 'object') throw unsupported(name, 'the input must be an object');
  const record = recordOf(inputSchema, name);
  const typeName = `${name}Input`;
  const named = isCedarIdentifier(typeName);
  return {
    type: named ? `  type ${typeName} = ${record};\n` : '',
    action:
      `  action ${cedarString(name)} in [Action::${cedarString(targetOf(name))}] appliesTo {\n` +
      '    principal: [OAuthUser, IamEntity],\n    resource: [Gateway],\n' +
      `    context: { input: ${named ? typeName : record}, system: System }\n  };\n`,
  };
}

const entities = `  entity OAuthUser = { id: String } tags String;
  entity IamEntity = { id: String };
  entity Gateway;
  action ${cedarString(MCP)};
  action ${cedarString(CALL_TOOL)} in [Action::${cedarString(MCP)}];
`;

/**
 * The schema as Cedar text. Integer becomes Long, number decimal, object Record, array Set; an argument that is not
 * required is optional (`?`).
 * @param tools - every tool that policies may name. No two share a name.
 * @throws PolicyError `tool_unsupported` or `tool_duplicate`, naming the tool.
 */
export function cedarSchemaFor(tools: readonly PolicyTool[]): string {
  const names = new Set<string>();
  for (const { name } of tools) {
    if (names.has(name))
      throw new PolicyError('tool_duplicate', `tool ${JSON.stringify(name)} is listed twice`);
    names.add(name);
  }
  const texts = tools.map(toolText);
  const groups = [...new Set(tools.map((tool) => targetOf(tool.name)))].map(
    (target) => `  action ${cedarString(target)} in [Action::${cedarString(CALL_TOOL)}];\n`,
  );
  const types = texts.map((text) => text.type).join('');
  const actions = texts.map((text) => text.action).join('');
  return `namespace ${NAMESPACE} {\n  type System = { now: datetime };\n${types}${entities}${groups.join('')}${actions}}\n`;
}
