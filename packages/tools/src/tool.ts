/** A tool: what the gateway lists, how its arguments are checked, what it does. */
import type { CallerClaims, JsonObject, ToolDefinition } from '@secure-agent/contracts';
import type { z } from 'zod';
import { refuse, type ToolResult } from './tool-error.ts';

/** The longest text about arguments: names in it are chosen by the caller. */
const MAX_MESSAGE = 300;

export type Tool = {
  readonly definition: ToolDefinition;
  /** Runs the tool. `args` is without the caller field; `caller` is verified. */
  call(args: JsonObject, caller: CallerClaims): Promise<ToolResult<JsonObject>>;
};

/** Null means absent: a policy does not see a null argument, so a tool must not see one either. */
const withoutNulls = (args: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));

const explain = (error: z.ZodError): string =>
  error.issues
    .map((issue) => [...issue.path.map(String), issue.message].join(': '))
    .join('; ')
    .slice(0, MAX_MESSAGE);

/**
 * Joins a definition, a strict schema and a function.
 * @param schema - refuses what it does not know: the gateway's schema language cannot.
 * @throws TypeError when the schema and the definition do not name the same arguments.
 */
export function defineTool<Shape extends z.ZodRawShape, Output extends JsonObject>(
  definition: ToolDefinition,
  schema: z.ZodObject<Shape, z.core.$strict>,
  run: (
    args: z.output<z.ZodObject<Shape, z.core.$strict>>,
    caller: CallerClaims,
  ) => Promise<ToolResult<Output>>,
): Tool {
  const declared = Object.keys(definition.inputSchema.properties ?? {}).sort();
  if (declared.join() !== Object.keys(schema.shape).sort().join()) {
    throw new TypeError(`${definition.name}: the definition and the schema name different arguments`);
  }
  return {
    definition,
    async call(args, caller) {
      const parsed = schema.safeParse(withoutNulls(args));
      if (!parsed.success) return refuse('invalid_input', { message: explain(parsed.error) });
      return run(parsed.data, caller);
    },
  };
}
