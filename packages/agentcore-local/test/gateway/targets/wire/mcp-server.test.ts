/** Calls of an MCP-server target as the server hears them, its listing, and what a server can do to the gateway. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { type Json, ok } from '@secure-agent/contracts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { TargetServices } from '../../../../src/gateway/targets/compile-target.ts';
import { createTargetDiscovery } from '../../../../src/gateway/targets/mcp-server/discovery.ts';
import { createDynamicListings } from '../../../../src/gateway/targets/mcp-server/dynamic-listings.ts';
import type { GatewayRecord, TargetRecord } from '../../../../src/ports.ts';
import { CALLER_TOKEN, call, compile, GATEWAY, NOW, onlyTool, services, target } from '../support.ts';
import { type Answering, closedOrigin, everythingSent, type Heard, json, openUpstream } from './upstream.ts';

const TOOL = {
  name: 'echo',
  description: 'Says it again.',
  inputSchema: { type: 'object', properties: { say: { type: 'string' } } },
};
const ORACLE = {
  credentialProviderType: 'OAUTH',
  credentialProvider: { oauthCredentialProvider: { providerArn: 'arn:p', scopes: ['s'] } },
};

type Rpc = { readonly id?: number; readonly method: string; readonly params?: Record<string, unknown> };
const rpcOf = ({ body }: Heard): Rpc => (body === '' ? { method: 'none' } : JSON.parse(body));

const initialized = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 's', version: '1' },
};

/** A server whose answer to one method a test chooses. */
const serving =
  (answers: Readonly<Record<string, Answering>>, session?: string): Answering =>
  (heard, response, at) => {
    const { id, method } = rpcOf(heard);
    const chosen = answers[heard.method === 'DELETE' ? 'DELETE' : method];
    if (chosen !== undefined) return chosen(heard, response, at);
    if (id === undefined) return void response.writeHead(202).end();
    const headers = session === undefined || method !== 'initialize' ? {} : { 'mcp-session-id': session };
    const result =
      method === 'initialize' ? initialized : { content: [{ type: 'text', text: 'hello' }], isError: false };
    return json({ jsonrpc: '2.0', id, result }, 200, headers)(heard, response, at);
  };

const answering =
  (result: unknown): Answering =>
  (heard, response, at) =>
    json({ jsonrpc: '2.0', id: rpcOf(heard).id, result })(heard, response, at);

const streaming =
  (...messages: readonly unknown[]): Answering =>
  (heard, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const message of messages) {
      const text = JSON.stringify(message).replace('"$id"', String(rpcOf(heard).id));
      response.write(`event: message\ndata: ${text}\n\n`);
    }
    response.end();
  };

async function server(
  answer: Answering,
  given: Parameters<typeof target>[1] = {},
  made: TargetServices = services().made,
) {
  const upstream = await openUpstream(answer);
  const record = target(
    { mcpServer: { endpoint: `${upstream.origin}/mcp?qualifier=DEFAULT` } },
    { discovered: [TOOL], ...given },
  );
  return { ...upstream, record, tool: onlyTool(record, made) };
}

const discovery = (made = services().made) =>
  createTargetDiscovery({
    ...made,
    gateway: (id) => (id === GATEWAY.gatewayId ? (GATEWAY as GatewayRecord) : undefined),
  });

const detailOf = async (
  answers: Readonly<Record<string, Answering>>,
  limit: { readonly targetTimeLimitMs?: number } = {},
) => {
  const { tool } = await server(serving(answers), {}, services(limit).made);
  const result = await tool.invoke(call({ say: 'x' }));
  return result.ok ? result.value : result.error.detail;
};

describe('a call', () => {
  it('is a conversation of its own: initialize, initialized, the call, the end', async () => {
    const { tool, heard } = await server(serving({}, 'session-1'));
    const result = await tool.invoke(call({ say: 'hi' }));
    expect(result).toEqual(
      ok({
        kind: 'mcp',
        result: { content: [{ type: 'text', text: 'hello' }], isError: false },
        headers: {},
      }),
    );
    await expect.poll(() => heard.length).toBe(4);
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
      ...Array(3).fill('POST /mcp?qualifier=DEFAULT'),
      'DELETE /mcp?qualifier=DEFAULT',
    ]);
    expect(heard.map((one) => rpcOf(one).method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
      'none',
    ]);
    expect(rpcOf(heard[2] as Heard).params).toEqual({ name: 'echo', arguments: { say: 'hi' } });
    expect(heard.map(({ headers }) => headers['mcp-session-id'])).toEqual([
      undefined,
      ...Array(3).fill('session-1'),
    ]);
    expect(heard.map(({ headers }) => headers['mcp-protocol-version'])).toEqual([
      undefined,
      ...Array(3).fill('2025-06-18'),
    ]);
    expect(heard[0]?.headers.accept).toBe('application/json, text/event-stream');
  });

  it('shares no session with another call', async () => {
    let sessions = 0;
    const { tool, heard } = await server((one, response, at) =>
      serving({}, `session-${rpcOf(one).method === 'initialize' ? ++sessions : 0}`)(one, response, at),
    );
    await tool.invoke(call());
    await tool.invoke(call());
    const calls = heard.filter((one) => rpcOf(one).method === 'tools/call');
    expect(calls.map(({ headers }) => headers['mcp-session-id'])).toEqual(['session-1', 'session-2']);
  });

  it('passes on what the server tells while it works, and its result', async () => {
    const progress = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 'p', progress: 1 },
    };
    const other = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
    const answer = streaming(progress, other, {
      jsonrpc: '2.0',
      id: '$id',
      result: { content: [], structuredContent: { a: 1 } },
    });
    const { tool, heard } = await server(serving({ 'tools/call': answer }));
    const told: unknown[] = [];
    const meta = {
      progressToken: 'p',
      'aws.bedrock-agentcore.gateway/credentialProviderConfiguration': { x: 1 },
    };
    const result = await tool.invoke(call({}, { meta, onMessage: (message) => told.push(message) }));
    expect(result).toMatchObject({
      ok: true,
      value: { kind: 'mcp', result: { structuredContent: { a: 1 } } },
    });
    expect(told).toEqual([progress]);
    expect(rpcOf(heard[2] as Heard).params).toEqual({
      name: 'echo',
      arguments: {},
      _meta: { progressToken: 'p' },
    });
  });

  it('passes on no name for progress that is none', async () => {
    const { tool, heard } = await server(serving({}));
    await tool.invoke(call({}, { meta: { progressToken: { a: 1 } } }));
    expect(rpcOf(heard[2] as Heard).params).toEqual({ name: 'echo', arguments: {} });
  });

  it("carries the vault's token on each of its requests, fetched once, and never the caller's", async () => {
    const { made, tokenRequests } = services();
    const { tool, heard } = await server(serving({}, 'session-1'), { credential: ORACLE }, made);
    await tool.invoke(call({ say: 'hi' }));
    await expect.poll(() => heard.length).toBe(4);
    expect(heard.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer vault-token'));
    expect(tokenRequests).toHaveLength(1);
    expect(everythingSent(heard)).not.toContain('CANARY');
    expect(CALLER_TOKEN).toContain('CANARY');
  });

  it('carries the named headers of the client, and brings back those of the server', async () => {
    const metadata = { allowedRequestHeaders: ['X-Tenant'], allowedResponseHeaders: ['X-Page'] };
    const answer: Answering = (heard, response, at) =>
      json({ jsonrpc: '2.0', id: rpcOf(heard).id, result: {} }, 200, { 'x-page': '2', 'set-cookie': 'a=b' })(
        heard,
        response,
        at,
      );
    const { tool, heard } = await server(serving({ 'tools/call': answer }), { metadata });
    const result = await tool.invoke(call({}, { rawHeaders: ['X-Tenant', 'a', 'X-Other', 'b'] }));
    expect(heard.map(({ headers }) => headers['x-tenant'])).toEqual(['a', 'a', 'a']);
    expect(heard.map(({ headers }) => headers['x-other'])).toEqual([undefined, undefined, undefined]);
    expect(result).toEqual(ok({ kind: 'mcp', result: {}, headers: { 'x-page': '2' } }));
  });

  it('is answered by a server of the official SDK', async () => {
    const origin = await sdkServer();
    const record = target({ mcpServer: { endpoint: `${origin}/mcp` } });
    const found = await discovery().discover(record);
    expect(found).toMatchObject({ ok: true, value: [{ name: 'add' }] });
    const tool = onlyTool({ ...record, discoveredTools: found.ok ? found.value : [] });
    expect(tool.name).toBe('Api___add');
    expect(tool.checkArguments({ a: 1 })).toEqual(["Missing required field(s): 'b'"]);
    const result = await tool.invoke(call({ a: 1, b: 2 }));
    expect(result).toMatchObject({
      ok: true,
      value: { kind: 'mcp', result: { content: [{ type: 'text', text: '3' }] } },
    });
  });
});

/** Stateful, as the SDK's examples are. */
async function sdkServer(): Promise<string> {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer(async (request, response) => {
    const known = transports.get(String(request.headers['mcp-session-id'] ?? ''));
    if (known !== undefined) return known.handleRequest(request, response);
    const mcp = new McpServer({ name: 'adder', version: '1.0.0' });
    mcp.registerTool(
      'add',
      { description: 'Adds.', inputSchema: { a: z.number(), b: z.number() } },
      ({ a, b }) => ({
        content: [{ type: 'text', text: String(a + b) }],
      }),
    );
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
    return transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => {
      http.close(resolve);
    });
  });
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

describe('a server that', () => {
  const status =
    (code: number, headers: Readonly<Record<string, string>> = {}): Answering =>
    (heard, response) => {
      response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(heard));
    };
  const raw =
    (body: string, contentType = 'application/json'): Answering =>
    (_heard, response) => {
      response.writeHead(200, { 'content-type': contentType }).end(body);
    };
  const NOT_RPC = 'The MCP server answered with something that is no JSON-RPC answer.';

  // biome-ignore format: one row each
  it.each<[string, Readonly<Record<string, Answering>>, string]>([
    ['refuses its client', { initialize: status(401) }, 'The MCP server answered initialize with status 401.'],
    ['does not know the session', { 'tools/call': status(404) }, 'The MCP server answered tools/call with status 404.'],
    ['refuses the notification', { 'notifications/initialized': status(400) }, 'The MCP server answered with status 400.'],
    ['redirects', { initialize: status(307, { location: 'http://127.0.0.1:9/' }) }, 'The target answered with a redirect (307), which is not followed.'],
    ['redirects a call', { 'tools/call': status(302, { location: 'http://127.0.0.1:9/' }) }, 'The target answered with a redirect (302), which is not followed.'],
    ['speaks an unknown version', { initialize: answering({ ...initialized, protocolVersion: '1999-01-01' }) }, 'The MCP server speaks no version of MCP that the gateway speaks with it.'],
    ['answers no JSON', { 'tools/call': raw('hello') }, NOT_RPC],
    ['answers a list', { 'tools/call': raw('[]') }, NOT_RPC],
    ['answers another request', { 'tools/call': raw('{"jsonrpc":"2.0","id":77,"result":{}}') }, NOT_RPC],
    ['answers with a text', { 'tools/call': answering('hello') }, NOT_RPC],
    ['streams no JSON', { 'tools/call': raw('data: hello\n\n', 'text/event-stream') }, NOT_RPC],
    ['streams no result', { 'tools/call': streaming({ jsonrpc: '2.0', method: 'notifications/message' }) }, 'The MCP server ended its answer without a result.'],
    ['asks for a model', { 'tools/call': streaming({ jsonrpc: '2.0', id: 5, method: 'sampling/createMessage', params: {} }) }, 'The MCP server asked its client for sampling/createMessage, which the gateway does not relay.'],
    ['asks for a person', { 'tools/call': streaming({ jsonrpc: '2.0', id: 5, method: 'elicitation/create', params: {} }) }, 'The MCP server asked its client for elicitation/create, which the gateway does not relay.'],
    ['asks in words of its own', { 'tools/call': streaming({ jsonrpc: '2.0', id: 5, method: 'tell/secret', params: {} }) }, 'The MCP server asked its client for something, which the gateway does not relay.'],
    ['answers too much', { 'tools/call': answering({ content: 'x'.repeat(6 * 1024 * 1024) }) }, 'The target returned more than 6291456 bytes.'],
    ['streams too much', { 'tools/call': streaming({ jsonrpc: '2.0', method: 'notifications/message', params: 'x'.repeat(7 * 1024 * 1024) }) }, 'The target returned more than 6291456 bytes.'],
  ])('%s is a failure that repeats nothing', async (_id, answers, detail) => {
    expect(await detailOf(answers)).toBe(detail);
  });

  it.each<[string, Answering]>([
    ['never answers', () => {}],
    [
      'never ends its stream',
      (_heard, response) =>
        void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': wait\n\n'),
    ],
  ])('%s is given up', async (_id, answer) => {
    const detail = await detailOf({ 'tools/call': answer }, { targetTimeLimitMs: 300 });
    expect(detail).toBe('The target did not answer in time.');
  });

  it('sets a session that no header can hold is a failure', async () => {
    const bad: Answering = (heard, response, at) =>
      json({ jsonrpc: '2.0', id: rpcOf(heard).id, result: initialized }, 200, { 'mcp-session-id': 'é' })(
        heard,
        response,
        at,
      );
    expect(await detailOf({ initialize: bad })).toBe(NOT_RPC);
  });

  const refusing =
    (error: unknown): Answering =>
    (heard, response, at) =>
      json({ jsonrpc: '2.0', id: rpcOf(heard).id, error })(heard, response, at);

  it('refuses a call is a failure with its code, not its text', async () => {
    expect(await detailOf({ 'tools/call': refusing({ code: -32000, message: 'SECRET' }) })).toBe(
      'The MCP server refused the call with -32000.',
    );
  });

  it('needs its user at a page tells the client which', async () => {
    const data = {
      elicitations: [
        { mode: 'url', elicitationId: 'e1', url: 'https://mcp.example.com/connect', message: 'Connect.' },
      ],
    };
    const { tool } = await server(
      serving({ 'tools/call': refusing({ code: -32042, message: 'Needed.', data }) }),
    );
    expect(await tool.invoke(call())).toMatchObject({
      ok: false,
      error: { error: { code: -32042, message: 'Needed.', data } },
    });
  });

  it('names a page that is no web page tells the client nothing', async () => {
    const data = {
      elicitations: [{ mode: 'url', elicitationId: 'e1', url: 'javascript:alert(1)', message: 'Connect.' }],
    };
    const { tool } = await server(
      serving({ 'tools/call': refusing({ code: -32042, message: 'Needed.', data }) }),
    );
    expect(await tool.invoke(call())).toEqual({
      ok: false,
      error: { detail: 'The MCP server refused the call with -32042.' },
    });
  });

  it('changes its list changes nothing until it is synchronized', async () => {
    const lists: Json[][] = [[TOOL], [{ ...TOOL, name: 'evil' }]];
    const { record } = await server(
      serving({
        'tools/list': (heard, response, at) => answering({ tools: lists.shift() ?? [] })(heard, response, at),
      }),
    );
    const first = await discovery().discover(record);
    const synchronized = { ...record, discoveredTools: first.ok ? first.value : [] };
    expect(compile(synchronized).map(({ name }) => name)).toEqual(['Api___echo']);
    const second = await discovery().discover(record);
    expect(compile(synchronized).map(({ name }) => name)).toEqual(['Api___echo']);
    expect(
      compile({ ...record, discoveredTools: second.ok ? second.value : [] }).map(({ name }) => name),
    ).toEqual(['Api___evil']);
  });
});

describe('discovery', () => {
  const discovered = async (answers: Readonly<Record<string, Answering>>) => {
    const { record } = await server(serving(answers));
    const found = await discovery().discover(record);
    return found.ok ? found.value : found.error;
  };

  it('follows pages', async () => {
    const pages: Answering = (heard, response, at) => {
      const { cursor } = rpcOf(heard).params ?? {};
      const page =
        cursor === undefined
          ? { tools: [TOOL], nextCursor: '2' }
          : { tools: [{ ...TOOL, name: `page${cursor}` }] };
      return answering(page)(heard, response, at);
    };
    expect(await discovered({ 'tools/list': pages })).toMatchObject([{ name: 'echo' }, { name: 'page2' }]);
  });

  it.each<[string, Readonly<Record<string, Answering>>, string]>([
    [
      'without tools',
      { initialize: answering({ ...initialized, capabilities: {} }) },
      'the MCP server offers no tools',
    ],
    ['that lists nothing', { 'tools/list': answering({}) }, 'the MCP server listed no tools'],
    [
      'whose list never ends',
      { 'tools/list': answering({ tools: Array(600).fill(TOOL), nextCursor: 'x' }) },
      'the MCP server has more than 1000 tools',
    ],
    [
      'that has a tool twice',
      { 'tools/list': answering({ tools: [TOOL, TOOL] }) },
      'the MCP server has tool echo twice',
    ],
  ])('refuses a server %s', async (_id, answers, why) => {
    expect(await discovered(answers)).toBe(why);
  });

  it('stops asking when there are too many tools', async () => {
    const endless = answering({ tools: Array(600).fill(TOOL), nextCursor: 'x' });
    const { record, heard } = await server(serving({ 'tools/list': endless }));
    expect((await discovery().discover(record)).ok).toBe(false);
    expect(heard.filter((one) => rpcOf(one).method === 'tools/list')).toHaveLength(2);
  });

  it('says why a server could not be asked', async () => {
    const gone = target({ mcpServer: { endpoint: `${await closedOrigin()}/mcp` } });
    expect(await discovery().discover(gone)).toEqual({
      ok: false,
      error: 'The target could not be reached (ECONNREFUSED).',
    });
    expect(await discovery().discover({ ...gone, gatewayId: 'other' })).toEqual({
      ok: false,
      error: 'there is no such gateway',
    });
    const misconfigured = target({ mcpServer: { endpoint: 'http://mcp.example.com' } });
    expect(await discovery().discover(misconfigured)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/must be https/),
    });
  });

  it('signs in without a user', async () => {
    const { made, issued } = services();
    const { record, heard } = await server(serving({ 'tools/list': answering({ tools: [TOOL] }) }), {
      credential: ORACLE,
    });
    expect((await discovery(made).discover(record)).ok).toBe(true);
    expect(issued).toEqual([{ workload: GATEWAY.gatewayId, user: undefined, userToken: undefined }]);
    expect(heard.every(({ headers }) => headers.authorization === 'Bearer vault-token')).toBe(true);
  });

  it('takes the tools that stand in the target and asks nobody', async () => {
    const { heard, origin } = await server(serving({}));
    const mcpToolSchema = { inlinePayload: JSON.stringify([TOOL]) };
    const given = target({ mcpServer: { endpoint: `${origin}/mcp`, mcpToolSchema } });
    expect(await discovery().discover(given)).toEqual(ok([TOOL]));
    expect(heard).toEqual([]);
  });

  it('that needs a consent is refused by name', async () => {
    const consent = async () =>
      ok({ kind: 'consent', authorizationUrl: 'https://idp.example.com', sessionUri: 'u' } as const);
    const credential = {
      credentialProviderType: 'OAUTH',
      credentialProvider: {
        oauthCredentialProvider: {
          providerArn: 'arn:p',
          scopes: [],
          grantType: 'AUTHORIZATION_CODE',
          defaultReturnUrl: 'https://app.example.com',
        },
      },
    };
    const record = target({ mcpServer: { endpoint: 'https://mcp.example.com/mcp' } }, { credential });
    const found = await discovery(services({ fake: { oauth2Token: consent } }).made).discover(record);
    expect(found).toEqual({ ok: false, error: 'AUTHORIZATION_CODE needs a caller with a token.' });
  });
});

describe('a DYNAMIC listing', () => {
  async function listings(lists: readonly (readonly Json[])[]) {
    let now = NOW;
    let revision = 7;
    const errors: string[] = [];
    const asked: string[] = [];
    const dynamic = target({
      mcpServer: { endpoint: 'https://mcp.example.com/mcp', listingMode: 'DYNAMIC' },
    });
    let targets: readonly TargetRecord[] = [
      dynamic,
      {
        ...target({ mcpServer: { endpoint: 'https://mcp.example.com/mcp' } }, { discovered: [] }),
        targetId: 'OTHER00001',
        name: 'Other',
      },
    ];
    const { registry, refresh } = createDynamicListings(
      {
        gateway: () => undefined,
        targets: () => targets,
        policies: () => undefined,
        revision: () => revision,
      },
      {
        discovery: {
          async discover({ name }) {
            asked.push(name);
            const list = lists[asked.length - 1];
            return list === undefined ? { ok: false, error: 'the server is away' } : ok(list);
          },
        },
        now: () => now,
        onError: (error) => errors.push(String(error)),
      },
    );
    const names = () =>
      registry
        .targets(GATEWAY.gatewayId)
        .flatMap(({ discoveredTools = [] }) => JSON.stringify(discoveredTools));
    return {
      registry,
      refresh,
      asked,
      errors,
      names,
      later: (milliseconds: number) => {
        now += milliseconds;
      },
      change(next: readonly TargetRecord[]) {
        targets = next;
        revision += 1;
      },
      dynamic,
    };
  }

  it('is asked for once in a while, and a change is a new revision', async () => {
    const { registry, refresh, asked, names, later } = await listings([[TOOL], [TOOL], []]);
    const before = registry.revision();
    await Promise.all([refresh('g'), refresh('g')]);
    await refresh('g');
    expect(asked).toEqual(['Api']);
    expect(names()).toEqual([JSON.stringify([TOOL]), '[]']);
    const first = registry.revision();
    expect(first).toBeGreaterThan(before);
    later(5_000);
    await refresh('g');
    expect(asked).toHaveLength(2);
    expect(registry.revision()).toBe(first);
    later(5_000);
    await refresh('g');
    expect(names()).toEqual(['[]', '[]']);
    expect(registry.revision()).toBeGreaterThan(first);
  });

  it('has no tools of a server that does not answer, and says so in the log', async () => {
    const { refresh, names, errors, later } = await listings([[TOOL]]);
    await refresh('g');
    later(5_000);
    await refresh('g');
    expect(names()).toEqual(['[]', '[]']);
    expect(errors).toEqual(['Error: the server is away']);
  });

  it('of another configuration is asked for at once', async () => {
    const { refresh, asked, change, dynamic } = await listings([[TOOL], [TOOL]]);
    await refresh('g');
    change([{ ...dynamic }]);
    await refresh('g');
    expect(asked).toEqual(['Api', 'Api']);
  });
});
