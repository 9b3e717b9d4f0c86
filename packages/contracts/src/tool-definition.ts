/**
 * A tool as a gateway's Lambda target declares it. The schema language is a subset of JSON Schema: no enum,
 * pattern, range or additionalProperties, so those rules live in the tool itself.
 * Source: AgentCore devguide, gateway-add-target-lambda; SDK type SchemaDefinition.
 */
import { z } from 'zod';

export type SchemaDefinition = {
  readonly type: 'string' | 'number' | 'object' | 'array' | 'boolean' | 'integer';
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, SchemaDefinition>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: SchemaDefinition | undefined;
};

export const schemaDefinition: z.ZodType<SchemaDefinition> = z.lazy(() =>
  z.strictObject({
    type: z.enum(['string', 'number', 'object', 'array', 'boolean', 'integer']),
    description: z.string().optional(),
    properties: z.record(z.string(), schemaDefinition).optional(),
    required: z.array(z.string()).optional(),
    items: schemaDefinition.optional(),
  }),
);

export type ToolDefinition = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: SchemaDefinition;
  readonly outputSchema?: SchemaDefinition | undefined;
};

export const toolDefinition: z.ZodType<ToolDefinition> = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  inputSchema: schemaDefinition,
  outputSchema: schemaDefinition.optional(),
});

/**
 * The argument that carries the signed caller assertion from the request interceptor to the tool.
 * Declared in every tool's schema because Cedar's strict schema fails every decision on an argument it does not know.
 */
export const CALLER_FIELD = 'caller';

/** Adds the optional `caller` argument to a tool's schema, as the gateway target declares it. */
export function withCallerField(tool: ToolDefinition): ToolDefinition {
  return {
    ...tool,
    inputSchema: {
      ...tool.inputSchema,
      properties: {
        ...tool.inputSchema.properties,
        [CALLER_FIELD]: { type: 'string', description: 'Set by the gateway. Leave it out.' },
      },
    },
  };
}
