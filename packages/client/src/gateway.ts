/** The gateway as any MCP client sees it: the official SDK with a bearer. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { CallToolResultSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { ClientError } from './client-error.ts';

export type GatewayConnection = {
  /** Every tool the caller may see, all pages. */
  listTools(): Promise<readonly Tool[]>;
  /** @throws ClientError `refused` with the gateway's words, for example a policy's denial. */
  callTool(name: string, args: Readonly<Record<string, unknown>>): Promise<CallToolResult>;
  close(): Promise<void>;
};

/** Most pages of a tool list; a server whose cursors never end is not followed further. */
const MAX_PAGES = 100;

async function allTools(client: Client): Promise<readonly Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await client.listTools(cursor === undefined ? {} : { cursor });
    tools.push(...answer.tools);
    cursor = answer.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}

/** What the gateway did not do, in its own words where it has any. The SDK's error may hold a whole answer: its message only. */
function failureOf(error: unknown): unknown {
  if (error instanceof McpError) return new ClientError('refused', `The gateway refused: ${error.message}`);
  if (error instanceof StreamableHTTPError) {
    return new ClientError('refused', `The gateway answered ${error.code ?? 'nothing that is HTTP'}.`);
  }
  // What fetch throws for a connection that is not made, and for a redirect.
  if (error instanceof TypeError) {
    return new ClientError('unreachable', 'The gateway cannot be reached. Is the system running?');
  }
  return error;
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw failureOf(error);
  }
}

/**
 * Connects to a gateway.
 * @param url - the gateway's MCP URL.
 * @throws ClientError `unreachable`, `refused`.
 */
export async function connectGateway(url: string, token: string): Promise<GatewayConnection> {
  const client = new Client({ name: 'secure-agent-client', version: '1.0.0' });
  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers, redirect: 'error' },
  });
  // The SDK's transport type predates exactOptionalPropertyTypes: its sessionId may be undefined.
  await told(client.connect(transport as Parameters<Client['connect']>[0]));
  return {
    listTools: () => told(allTools(client)),
    callTool: async (name, args) =>
      CallToolResultSchema.parse(
        await told(client.callTool({ name, arguments: { ...args } }, CallToolResultSchema)),
      ),
    close: () => client.close(),
  };
}
