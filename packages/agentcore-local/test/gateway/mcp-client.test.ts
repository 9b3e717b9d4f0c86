/** The official MCP client over HTTP, unchanged. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, describe, expect, it } from 'vitest';
import { writeResponse } from '../../src/endpoint/write-response.ts';
import { SEARCH_TOOL_NAME } from '../../src/gateway/tool-search.ts';
import type { Service } from '../../src/ports.ts';
import { createWorld, DEVELOPER, MAIL, MANAGER, MCP_PATH, NOW, REPORT, returns } from './support.ts';

const open: { readonly servers: Server[]; readonly clients: Client[] } = { servers: [], clients: [] };

afterEach(async () => {
  for (const client of open.clients.splice(0)) await client.close();
  for (const server of open.servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(service: Service): Promise<string> {
  const server = createServer(async (request, response) => {
    const [path = '', search = ''] = (request.url ?? '').split('?');
    const { method = '', headers, rawHeaders } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await service.handle({
      method,
      path,
      search,
      headers,
      rawHeaders,
      body: Buffer.concat(chunks),
      requestId: 'r',
      signal: new AbortController().signal,
    });
    await writeResponse(response, answer);
  });
  open.servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${MCP_PATH}`;
}

async function connect(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  open.clients.push(client);
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit }) as Parameters<Client['connect']>[0],
  );
  return client;
}

describe('the official MCP client', () => {
  it('connects, lists every page and calls a tool', async () => {
    const world = createWorld({
      behaviour: { listPageSize: 1 },
      lambdas: { 'arn:Report': returns({ report: 'done' }) },
    });
    const client = await connect(await serve(world.service), MANAGER);
    expect(client.getServerVersion()).toEqual({ name: 'agentcore-gateway', version: '1.0.0' });
    const first = await client.listTools();
    const second = await client.listTools({ cursor: first.nextCursor });
    expect([...first.tools, ...second.tools].map(({ name }) => name)).toEqual([REPORT, MAIL]);
    expect(second.nextCursor).toBeUndefined();
    await client.ping();
    expect(await client.callTool({ name: REPORT, arguments: { title: 'x' } })).toEqual({
      content: [{ type: 'text', text: '{"report":"done"}' }],
      isError: false,
    });
  });

  it('sees a denial as an MCP error and goes on', async () => {
    const world = createWorld();
    const client = await connect(await serve(world.service), DEVELOPER);
    await expect(client.callTool({ name: MAIL, arguments: { recipient_email: 'a' } })).rejects.toMatchObject({
      code: -32002,
      message: expect.stringContaining('Tool Execution Denied'),
    });
    expect((await client.callTool({ name: REPORT, arguments: { title: 'x' } })).isError).toBe(false);
  });

  it('is not let in with a token of nobody’s', async () => {
    const url = await serve(createWorld().service);
    await expect(connect(url, 'nobody')).rejects.toThrow('Invalid Bearer token');
  });

  it('works with sessions and event streams, and notices that its session is over', async () => {
    const world = createWorld({
      record: {
        protocolConfiguration: {
          mcp: {
            supportedVersions: ['2025-11-25'],
            sessionConfiguration: { sessionTimeoutInSeconds: 900 },
            streamingConfiguration: { enableResponseStreaming: true },
            searchType: 'SEMANTIC',
          },
        },
      },
    });
    const client = await connect(await serve(world.service), MANAGER);
    expect((await client.callTool({ name: REPORT, arguments: { title: 'x' } })).isError).toBe(false);
    const search = await client.callTool({ name: SEARCH_TOOL_NAME, arguments: { query: 'mail' } });
    expect(search.structuredContent).toMatchObject({ tools: [{ name: MAIL }] });
    world.setTime(NOW + 900_000);
    await expect(client.listTools()).rejects.toThrow('Session not found');
  });
});
