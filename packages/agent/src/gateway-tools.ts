/** The gateway's tools as the model sees them: same schema, no place for an identity, no token anywhere. */
import { isReservedArgument } from '@secure-agent/contracts';
import { FunctionTool, type JSONSchema, type Tool } from '@strands-agents/sdk';
import { z } from 'zod';
import type { Gateway, ListedTool, ToolResult } from './gateway.ts';
import { modelNames } from './tool-names.ts';
import { cut, visible } from './visible-text.ts';

const schema = z.custom<JSONSchema>((value) => typeof value === 'object' && value !== null);
const callArguments = z.record(z.string(), z.unknown());

const withoutReserved = <T>(members: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !isReservedArgument(name)));

/** The listed schema without properties that say who is acting. */
function schemaForModel({ inputSchema }: ListedTool): JSONSchema {
  const required = inputSchema.required?.filter((name) => !isReservedArgument(name));
  return schema.parse({
    ...inputSchema,
    properties: withoutReserved(inputSchema.properties ?? {}),
    ...(required === undefined ? {} : { required }),
  });
}

/** Runs a call on behalf of the request: counts it, reports it, ends the request where it must. */
export type CallTool = (name: string, call: () => Promise<ToolResult>) => Promise<ToolResult>;

/**
 * Wraps every listed tool for Strands. The model's arguments lose every reserved name before they leave, whatever the
 * schema said. A result with status `error` reaches the model as a failed tool call.
 */
export function wrapTools(gateway: Gateway, run: CallTool): Tool[] {
  const names = modelNames(gateway.tools.map((tool) => tool.name));
  return gateway.tools.map(
    (tool) =>
      new FunctionTool({
        name: names.get(tool.name) ?? tool.name,
        description: visible(tool.description || tool.title || tool.name),
        inputSchema: schemaForModel(tool),
        callback: async (input) => {
          const args = withoutReserved(callArguments.parse(input ?? {}));
          const { status, result } = await run(tool.name, () => gateway.call(tool.name, args));
          const text = visible(cut(result));
          if (status === 'error') throw new Error(text);
          return text;
        },
      }),
  );
}
