/** The tools of a target, as policies see them. */
import { encodeToolName, type Json, type Result, toolDefinition } from '@secure-agent/contracts';
import type { PolicyTool } from '@secure-agent/policy';
import { z } from 'zod';
import type { TargetRecord as TargetView } from '../ports.ts';
import { invalid } from './control-error.ts';

/** @returns the tools, or why the target cannot be served. */
export type TargetTools = (target: TargetView) => Result<readonly PolicyTool[], string>;

const lambdaTarget = z.strictObject({
  mcp: z.strictObject({
    lambda: z.strictObject({
      lambdaArn: z.string().min(1),
      toolSchema: z.strictObject({ inlinePayload: z.array(toolDefinition).min(1).max(1000) }),
    }),
  }),
});

const mcpServer = z.object({
  mcp: z.object({
    mcpServer: z.object({
      listingMode: z.enum(['DEFAULT', 'DYNAMIC']).default('DEFAULT'),
    }),
  }),
});

const kind = z.object({ mcp: z.record(z.string(), z.unknown()) });

/** The member of `mcp` that says what a target is, for example `lambda`; undefined for what is no MCP target. */
export const targetKind = (configuration: Json): string | undefined =>
  Object.keys(kind.safeParse(configuration).data?.mcp ?? {})[0];

/** Whether the tools of a target's server are kept: asked for, or taken from the target, when it is made. */
export function isDiscovered(configuration: Json): boolean {
  const server = mcpServer.safeParse(configuration).data?.mcp.mcpServer;
  return server?.listingMode === 'DEFAULT';
}

/** @throws ControlError naming the tool, or saying that the target is of a kind that does not run locally. */
export function lambdaToolsOf(name: string, configuration: Json): readonly PolicyTool[] {
  const parsed = lambdaTarget.safeParse(configuration);
  if (!parsed.success) {
    const why = z.prettifyError(parsed.error);
    throw invalid(`only Lambda targets with an inline tool schema run locally:\n${why}`);
  }
  return parsed.data.mcp.lambda.toolSchema.inlinePayload.map((tool) => {
    const full = encodeToolName(name, tool.name);
    if (!full.ok) throw invalid(`tool ${tool.name}: ${full.error}`);
    return { name: full.value, inputSchema: tool.inputSchema };
  });
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['lambda', 'LAMBDA'],
  ['openApiSchema', 'OPEN_API_SCHEMA'],
  ['mcpServer', 'MCP_SERVER'],
]);

/** The type that lists show; undefined for a kind that does not run here. */
export const targetType = (configuration: Json): string | undefined =>
  TYPES.get(targetKind(configuration) ?? '');

/** The mode that lists show of a target with an MCP server. */
export const listingMode = (configuration: Json): string | undefined =>
  mcpServer.safeParse(configuration).data?.mcp.mcpServer.listingMode;
