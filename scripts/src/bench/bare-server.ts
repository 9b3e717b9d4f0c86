/** What the gateway is measured beside: the same tool on a bare SDK server, and Node's own server. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { z } from 'zod';
import type { Served } from './served.ts';

async function serve(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
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

type Handler = (request: IncomingMessage, response: ServerResponse, body: unknown) => Promise<void> | void;

const readingJson =
  (handle: Handler): RequestListener =>
  (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      Promise.resolve(handle(request, response, JSON.parse(Buffer.concat(chunks).toString()))).catch(() =>
        response.destroy(),
      );
    });
  };

/** Node's own server: reads JSON, writes JSON. */
export const servePlain = (): Promise<Served> =>
  serve(
    readingJson((_request, response) => {
      const body = '{"jsonrpc":"2.0","id":0,"result":{"content":[{"type":"text","text":"done"}]}}';
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    }),
  );

const inputSchema = { start_date: z.string(), days: z.number().int(), reason: z.string().optional() };

type ServerOptions = NonNullable<ConstructorParameters<typeof McpServer>[1]>;
type TransportOptions = ConstructorParameters<typeof StreamableHTTPServerTransport>[0];

/** Answers one request with a server and a transport of its own. Stateless, as no transport makes session ids. */
function answering(options: ServerOptions, transportOptions: TransportOptions): Handler {
  return async (request, response, body) => {
    const server = new McpServer({ name: 'bare', version: '1.0.0' }, options);
    server.registerTool('tool_0', { description: 'Takes a request for leave.', inputSchema }, async () => ({
      content: [{ type: 'text', text: 'done' }],
    }));
    const transport = new StreamableHTTPServerTransport(transportOptions);
    await server.connect(transport as Parameters<typeof server.connect>[0]);
    await transport.handleRequest(request, response, body);
    response.on('close', () => {
      transport.close().catch(() => {});
      server.close().catch(() => {});
    });
  };
}

/**
 * The official SDK in the form of the stateless example of its README (`simpleStatelessStreamableHttp`): Express with the
 * SDK's own settings, a server and a transport for each request, answers as event streams.
 */
export function serveBareSdk(): Promise<Served> {
  const app = createMcpExpressApp();
  const answer = answering({}, {});
  app.post('/mcp', (request: IncomingMessage & { readonly body?: unknown }, response: ServerResponse) =>
    answer(request, response, request.body),
  );
  return serve(app);
}

/**
 * The SDK without what it can do without: `node:http` in place of Express, JSON in place of event streams.
 * @param shared - gives all servers one schema validator; by default each builds its own.
 */
export function serveLeanSdk(shared: boolean): Promise<Served> {
  const options = shared ? { jsonSchemaValidator: new AjvJsonSchemaValidator() } : {};
  return serve(readingJson(answering(options, { enableJsonResponse: true })));
}
