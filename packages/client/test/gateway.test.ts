import { describe, expect, test } from 'vitest';
import { connectGateway } from '../src/index.ts';
import { type Answer, bodyOf, nobody, serve } from './support/servers.ts';

const TOKEN = 'canary-token-0123456789';
const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });

type Message = { readonly id?: number; readonly method: string; readonly params?: Record<string, unknown> };

/** An MCP server of a few answers. */
const speaking =
  (
    answers: Readonly<Record<string, (params: Record<string, unknown>) => object>>,
    seen: string[] = [],
  ): Answer =>
  async (request, response) => {
    seen.push(String(request.headers.authorization));
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method, params = {} }: Message = JSON.parse(await bodyOf(request));
    if (id === undefined) return void response.writeHead(202).end();
    const initialized = {
      result: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'g', version: '1' },
      },
    };
    const answered = method === 'initialize' ? initialized : (answers[method]?.(params) ?? { result: {} });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...answered }));
  };

test('every page of tools is read, with the bearer on every request', async () => {
  const seen: string[] = [];
  const pages: Readonly<Record<string, object>> = {
    '': { tools: [tool('a')], nextCursor: '2' },
    '2': { tools: [tool('b')], nextCursor: '3' },
    '3': { tools: [tool('c')] },
  };
  const list = ({ cursor = '' }: Record<string, unknown>) => ({ result: pages[String(cursor)] ?? {} });
  const gateway = await connectGateway(await serve(speaking({ 'tools/list': list }, seen)), TOKEN);
  expect((await gateway.listTools()).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  await gateway.close();
  expect(seen.length).toBeGreaterThanOrEqual(5);
  expect(new Set(seen)).toEqual(new Set([`Bearer ${TOKEN}`]));
});

test('cursors that never end are not followed for ever', async () => {
  let pages = 0;
  const list = () => {
    pages += 1;
    return { result: { tools: [], nextCursor: 'more' } };
  };
  const gateway = await connectGateway(await serve(speaking({ 'tools/list': list })), TOKEN);
  expect(await gateway.listTools()).toEqual([]);
  expect(pages).toBe(100);
  await gateway.close();
});

describe('a call', () => {
  test('gives what the tool gave, its failure too', async () => {
    const call = ({ name, arguments: args }: Record<string, unknown>) => ({
      result: { content: [{ type: 'text', text: `${name} ${JSON.stringify(args)}` }], isError: true },
    });
    const gateway = await connectGateway(await serve(speaking({ 'tools/call': call })), TOKEN);
    expect(await gateway.callTool('Hr___get', { id: 'E1' })).toMatchObject({
      isError: true,
      content: [{ text: 'Hr___get {"id":"E1"}' }],
    });
    await gateway.close();
  });

  test('that the gateway refuses is refused in its words', async () => {
    const call = () => ({ error: { code: -32002, message: 'Tool Execution Denied' } });
    const gateway = await connectGateway(await serve(speaking({ 'tools/call': call })), TOKEN);
    await expect(gateway.callTool('Hr___get', {})).rejects.toMatchObject({
      name: 'ClientError',
      code: 'refused',
      message: expect.stringContaining('Tool Execution Denied'),
    });
    await gateway.close();
  });
});

test.each<readonly [id: string, code: string, url: () => Promise<string>]>([
  [
    'a token that is not taken',
    'refused',
    () => serve((_request, response) => void response.writeHead(401).end(TOKEN)),
  ],
  ['nobody who listens', 'unreachable', nobody],
  [
    'a redirect, which would carry the token away',
    'unreachable',
    async () => {
      const other = await serve(speaking({}));
      return serve((_request, response) => void response.writeHead(307, { location: other }).end());
    },
  ],
])('%s is %s', async (_id, code, url) => {
  const failure = await connectGateway(await url(), TOKEN).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'ClientError', code });
  expect(String(failure)).not.toContain(TOKEN);
});
