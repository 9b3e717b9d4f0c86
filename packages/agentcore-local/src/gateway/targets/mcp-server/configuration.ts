/** The configuration of an MCP-server target. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { TargetRecord } from '../../../ports.ts';
import { isObject, own } from '../../json-rpc.ts';
import { parseStrictJson } from '../../json-text.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import { credentialConfigurationOf } from '../outbound/credential-configuration.ts';
import { targetUrl } from '../outbound/target-url.ts';

const mcpServerTarget = z.strictObject({
  mcp: z.strictObject({
    mcpServer: z.strictObject({
      endpoint: z.string().min(1),
      listingMode: z.enum(['DEFAULT', 'DYNAMIC']).default('DEFAULT'),
      mcpToolSchema: z.strictObject({ inlinePayload: z.string().min(1) }).optional(),
      // Without effect: only tools are served here, and a priority is for resources.
      resourcePriority: z.number().int().optional(),
    }),
  }),
});

export type McpServerConfiguration = {
  readonly endpoint: URL;
  /** `given`: the tools stand in the template and the server is not asked. */
  readonly listing: 'DEFAULT' | 'DYNAMIC' | 'given';
  readonly givenTools: readonly Json[];
};

function givenTools(text: string, where: string): readonly Json[] {
  const parsed = parseStrictJson(Buffer.from(text));
  const value = parsed.ok ? parsed.value.value : undefined;
  const tools = isObject(value) ? own(value, 'tools') : value;
  if (!Array.isArray(tools)) {
    throw new GatewayMisconfigured(
      `${where}: mcpToolSchema must be JSON: a list of tools, or { "tools": [ … ] }`,
    );
  }
  return tools;
}

/** AWS lists dynamic targets without a user's consent (devguide gateway-target-MCPservers); so no user's token either. */
function checkDynamic(target: TargetRecord, where: string): void {
  const credential = credentialConfigurationOf(target);
  if (credential.kind === 'oauth' && credential.grantType !== 'CLIENT_CREDENTIALS') {
    throw new GatewayMisconfigured(`${where}: listingMode DYNAMIC does not go with ${credential.grantType}`);
  }
}

/** Whether a target is an MCP server whose tools are asked for at listing time. */
export const isDynamic = (target: TargetRecord): boolean =>
  mcpServerTarget.safeParse(target.targetConfiguration).data?.mcp.mcpServer.listingMode === 'DYNAMIC';

/**
 * Reads the configuration.
 * @throws GatewayMisconfigured naming what is not supported.
 */
export function mcpServerOf(target: TargetRecord): McpServerConfiguration {
  const where = `target ${target.name}`;
  const parsed = mcpServerTarget.safeParse(target.targetConfiguration);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new GatewayMisconfigured(
      `${where} is not supported locally: ${issue?.path.join('.')} ${issue?.message}`,
    );
  }
  const { endpoint, listingMode, mcpToolSchema } = parsed.data.mcp.mcpServer;
  const url = targetUrl(`${where}: endpoint`, endpoint);
  if (listingMode === 'DYNAMIC') checkDynamic(target, where);
  if (mcpToolSchema === undefined) return { endpoint: url, listing: listingMode, givenTools: [] };
  if (listingMode === 'DYNAMIC') {
    throw new GatewayMisconfigured(`${where}: listingMode DYNAMIC does not go with mcpToolSchema`);
  }
  return { endpoint: url, listing: 'given', givenTools: givenTools(mcpToolSchema.inlinePayload, where) };
}
