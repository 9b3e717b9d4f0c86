/** Runtimes whose container is an MCP server: the official client and server, and the platform's own answers. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type Json, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import type { RuntimeFrontDoorOptions } from '../../src/runtime/front-door.ts';
import { TEST_ENDPOINT } from '../processes/support.ts';
import {
  type Ask,
  ask,
  contextFolder,
  INVOCATIONS,
  jsonOf,
  mint,
  newSession,
  openDoor,
  runtimeRecord,
  serveDoor,
} from './support.ts';

const { resolve } = createRequire(import.meta.url);
const sdk = (path: string) => pathToFileURL(resolve(`@modelcontextprotocol/sdk/${path}`)).href;

/** An MCP server as its SDK makes one, with sessions of its own or without. No /ping, as MCP containers have none. */
const serverOf = (mode: 'stateless' | 'stateful') => `
  import { randomUUID } from 'node:crypto';
  import { createServer } from 'node:http';
  import mcp from '${sdk('server/mcp.js')}';
  import http from '${sdk('server/streamableHttp.js')}';
  const stateful = ${mode === 'stateful'};
  let calls = 0;
  let seen = {};
  function make() {
    const server = new mcp.McpServer({ name: 'fixture', version: '1.0.0' });
    server.registerTool('where', { description: 'Says where it runs.' }, () => ({
      content: [{ type: 'text', text: JSON.stringify({ pid: process.pid, calls: (calls += 1), headers: seen }) }],
    }));
    return server;
  }
  async function transportOf() {
    const transport = new http.StreamableHTTPServerTransport({
      sessionIdGenerator: stateful ? randomUUID : undefined,
    });
    await make().connect(transport);
    return transport;
  }
  let kept;
  createServer(async (request, response) => {
    seen = request.headers;
    if (request.url !== '/mcp') return response.writeHead(404).end();
    // As the Python server does: an id that it did not make begins no session.
    const foreign = stateful && !kept && request.headers['mcp-session-id'];
    if (foreign) return response.writeHead(404).end('unknown session');
    const transport = stateful ? (kept ??= await transportOf()) : await transportOf();
    await transport.handleRequest(request, response);
  }).listen(Number(process.env.PORT), process.env.HOST);
  process.on('SIGTERM', () => process.exit(0));
`;
/** Answers every message, and is quick to start: where only the platform's part is looked at. */
const PLAIN = `
  import { createServer } from 'node:http';
  createServer((request, response) => {
    if (request.headers['x-fail']) return response.writeHead(503).end('secret of the server');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 7, result: {} }));
  }).listen(Number(process.env.PORT), process.env.HOST);
`;
const FOLDERS = {
  stateless: contextFolder(serverOf('stateless')),
  stateful: contextFolder(serverOf('stateful')),
  plain: contextFolder(PLAIN),
};
const record = (mode: keyof typeof FOLDERS, more = {}) =>
  runtimeRecord({ serverProtocol: 'MCP', contextFolder: FOLDERS[mode], ...more });

const clients: Client[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

async function connect(url: string, token = mint()) {
  const client = new Client({ name: 'test', version: '1.0.0' });
  clients.push(client);
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return { client, transport };
}

async function where(client: Client) {
  const { content } = (await client.callTool({ name: 'where' })) as { content: { text: string }[] };
  return JSON.parse(content[0]?.text ?? '');
}

describe.each(['stateless', 'stateful'] as const)('a %s server and the official client', (mode) => {
  it('hold one session over all calls, under the id that the platform made', async () => {
    const door = await serveDoor(record(mode), { maxProcesses: 2 });
    const { client, transport } = await connect(`${door.endpoint.url}${INVOCATIONS}?qualifier=DEFAULT`);
    expect(transport.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['where']);
    const [first, second] = [await where(client), await where(client)];
    expect([first.calls, second.calls]).toEqual([1, 2]);
    expect(second.pid).toBe(first.pid);
    expect(first.headers).toMatchObject({
      [SESSION_ID_HEADER]: transport.sessionId,
      workloadaccesstoken: expect.stringMatching(/^wat-\d+$/),
      'mcp-protocol-version': expect.stringMatching(/^20/),
    });
    expect(first.headers['mcp-session-id'] === transport.sessionId).toBe(mode === 'stateless');
    const subjects = new Set(door.decisions.map(({ sub }) => sub));
    expect(subjects).toEqual(new Set(['eve']));
  });

  it('RT-19 share nothing with the session of another client', async () => {
    const door = await serveDoor(record(mode), { maxProcesses: 2 });
    const url = `${door.endpoint.url}${INVOCATIONS}`;
    const [one, other] = [await connect(url), await connect(url, mint({ sub: 'anna' }))];
    const [here, there] = [await where(one.client), await where(other.client)];
    expect(there.pid).not.toBe(here.pid);
    expect([here.calls, there.calls]).toEqual([1, 1]);
  });
});

const ACCEPT = ['accept', 'application/json, text/event-stream', 'content-type', 'application/json'];
const LIST: Json = { jsonrpc: '2.0', id: 7, method: 'tools/list' };
const mcpAsk = (body: Json, { more = [], ...options }: Ask = {}) =>
  ask(body, { session: null, more: [...ACCEPT, ...more], ...options });

const mcpDoor = (options: Partial<RuntimeFrontDoorOptions> = {}, more = {}) =>
  openDoor(record('plain', more), { maxProcesses: 1, ...options });

describe('sessions', () => {
  it('an id that the client names is kept, and answers go with it', async () => {
    const door = mcpDoor();
    const response = await door.service.handle(mcpAsk(LIST, { more: ['mcp-session-id', 'my-own'] }));
    expect(response.status).toBe(200);
    expect(response.headers?.['mcp-session-id']).toBe('my-own');
  });

  it('the id of AWS clients, new at every call, does not move a session', async () => {
    const door = mcpDoor();
    for (const session of [newSession(), newSession()]) {
      const request = mcpAsk(LIST, { session, more: ['mcp-session-id', 'my-own'] });
      expect((await door.service.handle(request)).headers?.[SESSION_ID_HEADER]).toBe('my-own');
    }
  });

  it('StopRuntimeSession ends one', async () => {
    const door = mcpDoor();
    const session = newSession();
    const path = INVOCATIONS.replace('/invocations', '/stopruntimesession');
    await jsonOf(await door.service.handle(mcpAsk(LIST, { more: ['mcp-session-id', session] })));
    expect((await door.service.handle(ask({}, { path, session }))).status).toBe(200);
    const again = await door.service.handle(ask({ id: 3 }, { path, session }));
    expect([again.status, await jsonOf(again)]).toEqual([
      200,
      { jsonrpc: '2.0', id: 3, error: { code: -32004, message: 'session not found or already terminated' } },
    ]);
  });
});

describe('refusals are JSON-RPC errors (devguide runtime-mcp-protocol-contract)', () => {
  const challenge =
    /^Bearer resource_metadata="[^"]+\/invocations\/\.well-known\/oauth-protected-resource\?qualifier=DEFAULT"/;

  it('401 -32001 with a challenge, before the body is read', async () => {
    const door = mcpDoor();
    const response = await door.service.handle(mcpAsk(LIST, { rawHeaders: ACCEPT }));
    expect([response.status, (await jsonOf(response)).error.code]).toEqual([401, -32001]);
    expect(response.headers?.['www-authenticate']).toMatch(challenge);
    expect(door.processCount()).toBe(0);
  });

  it('403 -32002 for the wrong kind of credential', async () => {
    const rawHeaders = [...ACCEPT, 'authorization', 'AWS4-HMAC-SHA256 Credential=x'];
    const response = await mcpDoor().service.handle(mcpAsk(LIST, { rawHeaders }));
    expect([response.status, (await jsonOf(response)).error.code]).toEqual([403, -32002]);
  });

  it.each([
    [
      '-32006 for a session id that is none',
      { more: ['mcp-session-id', 'a b'] },
      -32006,
      'session_id_invalid',
    ],
    [
      '-32006 for two',
      { more: ['mcp-session-id', 'a', 'mcp-session-id', 'b'] },
      -32006,
      'session_id_invalid',
    ],
    ['-32006 for one too long', { more: ['mcp-session-id', 'a'.repeat(1025)] }, -32006, 'parameter_invalid'],
    ['-32006 for a header twice', { more: ['mcp-method', 'a', 'mcp-method', 'b'] }, -32006, 'header_invalid'],
  ] as const)('200 %s, to the message that it answers', async (_, options, code, reason) => {
    const door = mcpDoor();
    const response = await door.service.handle(mcpAsk(LIST, options));
    expect([response.status, await jsonOf(response)]).toEqual([
      200,
      { jsonrpc: '2.0', id: 7, error: { code, message: expect.any(String) } },
    ]);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason, sub: 'eve' }]);
    expect(door.processCount()).toBe(0);
  });

  it('200 -32010 for an error of the container, without its words', async () => {
    const door = mcpDoor({}, { requestHeaderAllowlist: ['X-Fail'] });
    const response = await door.service.handle(mcpAsk(LIST, { more: ['x-fail', '1'] }));
    expect([response.status, await jsonOf(response)]).toEqual([
      200,
      {
        jsonrpc: '2.0',
        id: 7,
        error: {
          code: -32010,
          message:
            'Received error (503) from runtime. Please check your CloudWatch logs for more information',
        },
      },
    ]);
  });

  it('200 -32005 while the session is being made, and -32003 when there is room for no more', async () => {
    const door = mcpDoor({ maxProcesses: 1 });
    const at = (id: string) => mcpAsk(LIST, { more: ['mcp-session-id', id] });
    const both = await Promise.all([at('one'), at('one')].map((request) => door.service.handle(request)));
    const codes = await Promise.all(both.map(async (each) => (await jsonOf(each)).error?.code));
    expect(codes.filter((code) => code !== undefined)).toEqual([-32005]);
    const full = mcpDoor({ maxProcesses: 0 });
    expect((await jsonOf(await full.service.handle(at('two')))).error.code).toBe(-32003);
  });

  it.each([
    ['none', [], 406],
    ['JSON only', ['accept', 'application/json'], 406],
    ['a stream only', ['accept', 'text/event-stream'], 406],
    ['both in two lines', ['accept', 'application/json', 'accept', 'text/event-stream'], 200],
    ['both with parameters', ['accept', 'Application/JSON;q=1, text/event-stream;q=0.5'], 200],
    ['all', ['accept', '*/*'], 200],
  ])('Accept: %s', async (_, accept, status) => {
    const door = mcpDoor();
    const rawHeaders = ['authorization', `Bearer ${mint()}`, ...accept];
    const response = await door.service.handle(mcpAsk(LIST, { rawHeaders }));
    expect(response.status).toBe(status);
    if (status === 406) {
      expect(await jsonOf(response)).toMatchObject({ id: 7, error: { code: -32011 } });
      expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'accept_invalid' }]);
    }
  });

  it.each(['GET', 'DELETE'])('%s is 405 for who is let in, 401 for a stranger', async (method) => {
    const door = mcpDoor();
    const known = await door.service.handle(mcpAsk(LIST, { method }));
    expect([known.status, known.headers?.['allow']]).toEqual([405, 'POST']);
    expect((await door.service.handle(mcpAsk(LIST, { method, rawHeaders: ACCEPT }))).status).toBe(401);
  });

  it('a WebSocket is no address of such a runtime', async () => {
    const path = INVOCATIONS.replace('invocations', 'ws');
    expect((await mcpDoor().service.handle(mcpAsk(LIST, { method: 'GET', path }))).status).toBe(404);
  });
});

it('the metadata that the challenge names is served', async () => {
  const path = `${INVOCATIONS}/.well-known/oauth-protected-resource`;
  const response = await mcpDoor().service.handle(mcpAsk({}, { method: 'GET', path, rawHeaders: [] }));
  expect(await jsonOf(response)).toMatchObject({
    resource: `${TEST_ENDPOINT}${INVOCATIONS}?qualifier=DEFAULT`,
    authorization_servers: [`${TEST_ENDPOINT}/us-east-1_hr`],
  });
});
