/** One caller's connection to the gateway, for one request. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  ErrorCode,
  ListToolsResultSchema,
  McpError,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import type { AgentAnswer } from '@secure-agent/contracts';
import { AgentFailure } from './failure.ts';
import type { Limits } from './limits.ts';

/** A tool as the gateway lists it. */
export type ListedTool = Pick<Tool, 'name' | 'title' | 'description' | 'inputSchema'>;

/** What the gateway answered to a call: its own status and text. */
export type ToolResult = Omit<AgentAnswer['toolCalls'][number], 'tool'>;

export type Gateway = {
  /** All tools of all pages, in the order of the list. */
  readonly tools: readonly ListedTool[];
  /**
   * Calls a tool by its listed name.
   * @throws AgentFailure when the gateway refuses the token or gives no usable answer. A refusal by policy, bad arguments
   * and a failing tool are results with status `error`.
   */
  readonly call: (name: string, args: Record<string, unknown>) => Promise<ToolResult>;
  /** Ends the session, if the gateway made one, and the connection. Never throws. */
  readonly close: () => Promise<void>;
};

export type GatewayOptions = {
  readonly url: URL;
  /** Carries the caller's token. */
  readonly fetch: FetchLike;
  readonly limits: Limits;
  /** Stops every request to the gateway. */
  readonly signal: AbortSignal;
};

const unreachable = (message: string, reason: string): AgentFailure =>
  new AgentFailure('gateway_unreachable', { message, reason });

/** What went wrong on the way, without the words of the other side: an error page may hold anything. */
function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AgentFailure) return error;
  if (error instanceof McpError) {
    return unreachable(`The gateway answered with the MCP error ${error.code}.`, 'mcp_error');
  }
  if (!(error instanceof StreamableHTTPError)) {
    return unreachable('The gateway could not be reached, or did not answer in MCP.', 'connection');
  }
  if (error.code === 401) return new AgentFailure('gateway_refused_token', { reason: 'status_401' });
  if (error.code === 403) {
    const message =
      'The gateway refused the access token: it lacks a scope or a claim that the gateway asks for.';
    return new AgentFailure('gateway_refused_token', { message, reason: 'status_403' });
  }
  return unreachable(`The gateway answered with HTTP status ${error.code ?? 'unknown'}.`, 'status');
}

async function listAllTools(client: Client, { limits, signal }: GatewayOptions): Promise<ListedTool[]> {
  const tools = new Map<string, ListedTool>();
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const params = cursor === undefined ? {} : { cursor };
    // Not client.listTools: it compiles the schemas of whoever wrote the tools, and then refuses results without
    // structuredContent, which a gateway's Lambda targets do not send.
    const page = await client.request({ method: 'tools/list', params }, ListToolsResultSchema, { signal });
    for (const tool of page.tools) if (!tools.has(tool.name)) tools.set(tool.name, tool);
    cursor = page.nextCursor;
    if (cursor !== undefined && seen.has(cursor)) {
      throw unreachable('The gateway repeated a page of its tool list.', 'cursor_repeated');
    }
    if (cursor !== undefined) seen.add(cursor);
    if (seen.size >= limits.toolPages || tools.size > limits.tools) {
      throw unreachable('The tool list of the gateway does not end.', 'too_many_tools');
    }
  } while (cursor !== undefined);
  return [...tools.values()];
}

function textOf(content: readonly { type: string; text?: unknown }[], structured: unknown): string {
  const texts = content.map((block) => (typeof block.text === 'string' ? block.text : `[${block.type}]`));
  return texts.length > 0 || structured === undefined ? texts.join('\n') : JSON.stringify(structured);
}

async function callTool(
  client: Client,
  { limits, signal }: GatewayOptions,
  params: { name: string; arguments: Record<string, unknown> },
): Promise<ToolResult> {
  try {
    const options = { signal, timeout: limits.totalMs };
    const answer = await client.request({ method: 'tools/call', params }, CallToolResultSchema, options);
    const result = textOf(answer.content, answer.structuredContent);
    return { status: answer.isError === true ? 'error' : 'success', result };
  } catch (error) {
    if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed && !signal.aborted) {
      return { status: 'error', result: error.message };
    }
    throw failureOf(error, signal);
  }
}

/**
 * Connects as the caller and lists every tool that the gateway shows this caller.
 * @throws AgentFailure `gateway_refused_token` or `gateway_unreachable`, or the reason of an aborted signal.
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const { url, signal } = options;
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: (address, init) =>
      options.fetch(address, {
        ...init,
        signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal,
      }),
  });
  // No capabilities: a server's requests for elicitation or sampling are refused.
  const client = new Client(
    { name: 'secure-agent', version: '1.0.0' },
    { capabilities: {}, jsonSchemaValidator: NO_VALIDATOR },
  );
  const close = async () => {
    if (transport.sessionId !== undefined) await transport.terminateSession().catch(() => undefined);
    await client.close().catch(() => undefined);
  };
  try {
    await client.connect(transport, { signal });
    const tools = await listAllTools(client, options);
    return { tools, close, call: (name, args) => callTool(client, options, { name, arguments: args }) };
  } catch (error) {
    await close();
    throw failureOf(error, signal);
  }
}

/** Stands in for the validator that the SDK would build for every client. Nothing here validates output schemas. */
const NO_VALIDATOR = {
  getValidator: (): never => {
    throw new TypeError('output schemas are not validated here');
  },
};
