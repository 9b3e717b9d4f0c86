/** The systems behind the targets: an API and an MCP server that keep what they were sent. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

export type Heard = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

export type Upstream = { readonly origin: string; readonly heard: Heard[]; stop(): Promise<void> };

async function listen(server: Server, heard: Heard[]): Promise<Upstream> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, stop };
}

async function keep(request: IncomingMessage, heard: Heard[]): Promise<string> {
  const { method = '', url = '', headers } = request;
  const body = await text(request);
  heard.push({ method, url, headers, body });
  return body;
}

/** Answers every request with JSON, DELETE with a failure that repeats what it was sent. */
export function openApi(): Promise<Upstream> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const body = await keep(request, heard);
    const status = request.method === 'DELETE' ? 503 : 200;
    response.writeHead(status, { 'content-type': 'application/json', 'x-page': '2', 'set-cookie': 'a=b' });
    response.end(
      JSON.stringify(status === 200 ? { method: request.method, body } : { headers: request.headers }),
    );
  });
  return listen(server, heard);
}

/** An MCP server of the official SDK, a new one for each request, that wants a bearer. */
export function openMcp(): Promise<Upstream> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const body = await keep(request, heard);
    if (!request.headers.authorization?.startsWith('Bearer ')) return void response.writeHead(401).end();
    const mcp = new McpServer({ name: 'adder', version: '1.0.0' });
    const inputSchema = { a: z.number(), b: z.number() };
    mcp.registerTool('add', { description: 'Adds two numbers.', inputSchema }, ({ a, b }) => ({
      content: [{ type: 'text', text: String(a + b) }],
    }));
    const transport = new StreamableHTTPServerTransport({});
    await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
    return transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body));
  });
  return listen(server, heard);
}
