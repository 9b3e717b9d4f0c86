/** The gateway as any MCP client sees it: the official SDK with a bearer. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';

export type GatewayConnection = {
  /** Every tool the caller may see, all pages. */
  listTools(): Promise<readonly Tool[]>;
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

/**
 * Connects to a gateway.
 * @param url - the gateway's MCP URL.
 */
export async function connectGateway(url: string, token: string): Promise<GatewayConnection> {
  const client = new Client({ name: 'secure-agent-client', version: '1.0.0' });
  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers, redirect: 'error' },
  });
  // The SDK's transport type predates exactOptionalPropertyTypes: its sessionId may be undefined.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return {
    listTools: () => allTools(client),
    callTool: async (name, args) =>
      CallToolResultSchema.parse(
        await client.callTool({ name, arguments: { ...args } }, CallToolResultSchema),
      ),
    close: () => client.close(),
  };
}
