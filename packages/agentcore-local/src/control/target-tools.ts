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
      mcpToolSchema: z.json().optional(),
    }),
  }),
});

const kind = z.object({ mcp: z.record(z.string(), z.unknown()) });

/** The member of `mcp` that says what a target is, for example `lambda`; undefined for what is no MCP target. */
export const targetKind = (configuration: Json): string | undefined =>
  Object.keys(kind.safeParse(configuration).data?.mcp ?? {})[0];

/** Whether the server behind a target is asked for its tools when the target is made. */
export function isDiscovered(configuration: Json): boolean {
  const server = mcpServer.safeParse(configuration).data?.mcp.mcpServer;
  return server !== undefined && server.listingMode === 'DEFAULT' && server.mcpToolSchema === undefined;
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
