/** What the gateway is measured beside: the same tool on a bare SDK server, and Node's own server. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { z } from 'zod';
import type { Served } from './served.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: unknown) => Promise<void> | void;

async function serve(handle: Handler): Promise<Served> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      Promise.resolve(handle(request, response, JSON.parse(Buffer.concat(chunks).toString()))).catch(() =>
        response.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    path: '/mcp',
    tokens: [],
    signingKey: undefined,
    counts: () => ({ requests: 0, invocations: 0, verifications: 0, keyFetches: 0 }),
    stop: close,
  };
}

/** Node's own server: reads JSON, writes JSON. */
export const servePlain = (): Promise<Served> =>
  serve((_request, response) => {
    const body = '{"jsonrpc":"2.0","id":0,"result":{"content":[{"type":"text","text":"done"}]}}';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });

const inputSchema = { start_date: z.string(), days: z.number().int(), reason: z.string().optional() };

/**
 * The official SDK, stateless, with a server and a transport of its own for each request, as its README shows.
 * @param shared - gives all servers one schema validator; by default each builds its own.
 */
export function serveBareSdk(shared: boolean): Promise<Served> {
  const options = shared ? { jsonSchemaValidator: new AjvJsonSchemaValidator() } : {};
  return serve(async (request, response, body) => {
    const server = new McpServer({ name: 'bare', version: '1.0.0' }, options);
    server.registerTool('tool_0', { description: 'Takes a request for leave.', inputSchema }, async () => ({
      content: [{ type: 'text', text: 'done' }],
    }));
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    response.on('close', () => {
      transport.close().catch(() => {});
      server.close().catch(() => {});
    });
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await transport.handleRequest(request, response, body);
  });
}
