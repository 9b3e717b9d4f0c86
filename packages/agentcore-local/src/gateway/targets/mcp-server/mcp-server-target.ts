/** Tools of an MCP-server target (devguide gateway-target-MCPservers). */
import { err, type Json, ok } from '@secure-agent/contracts';
import { z } from 'zod';
import type { TargetRecord } from '../../../ports.ts';
import { compileArgumentsCheck } from '../../arguments-check.ts';
import { type JsonObject, own } from '../../json-rpc.ts';
import { GatewayMisconfigured } from '../../misconfigured.ts';
import { type TargetGateway, URL_ELICITATION_REQUIRED } from '../outbound/credential.ts';
import { compileOutbound, type Outbound, type OutboundServices } from '../outbound/outbound-call.ts';
import type { Outcome } from '../outbound/outbound-request.ts';
import type { GatewayTool, TargetFailure, ToolInvocation, ToolOutput } from '../tool-target.ts';
import { mcpServerOf } from './configuration.ts';
import { type DescribedTool, describeTools } from './described-tools.ts';
import { openSession, type RpcAnswer } from './session.ts';

const elicitations = z.object({
  elicitations: z
    .array(
      z.object({
        mode: z.literal('url'),
        elicitationId: z.string().max(256),
        url: z.url({ protocol: /^https?$/ }).max(8192),
        message: z.string().max(4096),
      }),
    )
    .min(1),
});

/** A server that needs its user at a page says so to the client; every other refusal is a failure of the target. */
function failureOf({ code, message, data }: RpcAnswer & { kind: 'error' }): TargetFailure {
  const asked = code === URL_ELICITATION_REQUIRED ? elicitations.safeParse(data) : undefined;
  const detail = `The MCP server refused the call with ${code}.`;
  return asked?.success === true ? { detail, error: { code, message, data: asked.data } } : { detail };
}

/** Of the client's `_meta` only the name for its progress goes on: the rest is between it and the gateway. */
function metaFor({ meta }: ToolInvocation): JsonObject {
  const progressToken = own(meta, 'progressToken');
  const named = typeof progressToken === 'string' || typeof progressToken === 'number';
  return named ? { _meta: { progressToken } } : {};
}

/** What a server may tell a client through the gateway (devguide gateway-using). */
const RELAYED: ReadonlySet<unknown> = new Set(['notifications/progress', 'notifications/message']);

async function callTool(
  endpoint: URL,
  outbound: Outbound,
  ownName: string,
  call: ToolInvocation,
): Promise<Outcome<ToolOutput>> {
  let headers: Readonly<Record<string, string>> = {};
  const session = await openSession(endpoint, outbound, call, {
    onMessage: (message) => {
      if (RELAYED.has(own(message, 'method'))) call.onMessage?.(message);
    },
    onHeaders: (received) => {
      headers = outbound.propagation.responseHeaders(received);
    },
  });
  if (!session.ok) return session;
  try {
    const params = { name: ownName, arguments: call.args, ...metaFor(call) };
    const answer = await session.value.request('tools/call', params);
    if (!answer.ok) return answer;
    if (answer.value.kind === 'error') return err(failureOf(answer.value));
    return ok({ kind: 'mcp', result: answer.value.result, headers });
  } finally {
    session.value.close();
  }
}

function listOf(target: TargetRecord, fixed: readonly Json[] | undefined): readonly DescribedTool[] {
  const described = describeTools(target.name, fixed ?? target.discoveredTools ?? []);
  if (described.ok) return described.value;
  throw new GatewayMisconfigured(`target ${target.name}: ${described.error}`);
}

function checkSessionHeader(target: TargetRecord, { propagation }: Outbound): void {
  const reserved = propagation.headerNames.find((name) => name.startsWith('mcp-'));
  if (reserved === undefined) return;
  throw new GatewayMisconfigured(
    `target ${target.name}: ${reserved} is between the gateway and the MCP server; it must not be propagated`,
  );
}

/**
 * Compiles the tools of a target: those of its template, or those found when it was last synchronized. A server that
 * changes its list changes nothing here until then.
 * @throws GatewayMisconfigured naming what is wrong or not supported.
 */
export function compileMcpServerTarget(
  target: TargetRecord,
  gateway: TargetGateway,
  services: OutboundServices,
): GatewayTool[] {
  const { endpoint, listing, givenTools } = mcpServerOf(target);
  const outbound = compileOutbound(target, gateway, services);
  checkSessionHeader(target, outbound);
  return listOf(target, listing === 'given' ? givenTools : undefined).map((tool) => ({
    name: tool.name,
    inputSchema: tool.definition,
    listed: tool.listed,
    checkArguments: compileArgumentsCheck(tool.definition),
    invoke: (call) => callTool(endpoint, outbound, tool.ownName, call),
  }));
}
