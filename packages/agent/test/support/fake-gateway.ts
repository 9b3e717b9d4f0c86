/** An MCP gateway written by hand: JSON-RPC over node:http, no SDK, so that both sides do not share a mistake. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { close, readBody, serve } from './servers.ts';

export type FakeTool = { name: string; description?: string; inputSchema: Record<string, unknown> };

type Call = { readonly name: string; readonly arguments: Record<string, unknown> };

export type Behaviour = {
  /** Tools by page; the cursor of page n is `page-n`. */
  pages: FakeTool[][];
  /** What a call returns: a JSON-RPC member, `result` or `error`. */
  call: (call: Call) => Promise<Record<string, unknown>> | Record<string, unknown>;
  /** Answers a method by this status alone. */
  status: Map<string, number>;
  nextCursor: (page: number, pages: number) => string | undefined;
};

export type FakeGateway = {
  readonly url: string;
  readonly behaviour: Behaviour;
  readonly calls: Call[];
  readonly methods: string[];
  /** `Authorization` of every request, in order. */
  readonly credentials: (string | undefined)[];
  /** `traceparent` of every request, in order. */
  readonly traceParents: (string | string[] | undefined)[];
  /** Bodies as they arrived. */
  readonly bodies: string[];
  readonly close: () => Promise<void>;
};

const message = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string(),
  params: z
    .object({
      cursor: z.string().optional(),
      name: z.string().optional(),
      arguments: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
type Message = z.infer<typeof message>;

export const textResult = (text: string, isError = false) => ({
  result: { content: [{ type: 'text', text }], isError },
});

async function answerTo(gateway: FakeGateway, { method, params }: Message): Promise<Record<string, unknown>> {
  const { behaviour } = gateway;
  if (method === 'initialize') {
    const serverInfo = { name: 'fake-gateway', version: '1' };
    return { result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo } };
  }
  if (method === 'tools/list') {
    const page = Number(params?.cursor?.slice('page-'.length) ?? 0);
    const nextCursor = behaviour.nextCursor(page, behaviour.pages.length);
    return { result: { tools: behaviour.pages[page] ?? [], ...(nextCursor ? { nextCursor } : {}) } };
  }
  if (method !== 'tools/call') return { error: { code: -32601, message: 'no such method' } };
  const call = { name: params?.name ?? '', arguments: params?.arguments ?? {} };
  gateway.calls.push(call);
  return behaviour.call(call);
}

async function handle(gateway: FakeGateway, request: IncomingMessage, response: ServerResponse) {
  gateway.credentials.push(request.headers.authorization);
  gateway.traceParents.push(request.headers['traceparent']);
  const body = await readBody(request);
  gateway.bodies.push(body);
  if (request.method !== 'POST') return response.writeHead(405).end();
  const parsed = message.parse(JSON.parse(body));
  gateway.methods.push(parsed.method);
  const status = gateway.behaviour.status.get(parsed.method);
  if (status !== undefined) {
    // The text must never reach a caller of the agent.
    const error = { code: -32001, message: `refused ${request.headers.authorization}` };
    const headers = { 'content-type': 'application/json', location: `${gateway.url}/elsewhere` };
    return response.writeHead(status, headers).end(JSON.stringify({ jsonrpc: '2.0', id: 0, error }));
  }
  if (parsed.id === undefined) return response.writeHead(202).end();
  const answer = await answerTo(gateway, parsed);
  response.writeHead(200, { 'content-type': 'application/json' });
  return response.end(JSON.stringify({ jsonrpc: '2.0', id: parsed.id, ...answer }));
}

export async function startGateway(pages: FakeTool[][] = [[]]): Promise<FakeGateway> {
  const behaviour: Behaviour = {
    pages,
    call: ({ name }) => textResult(JSON.stringify({ ran: name })),
    status: new Map(),
    nextCursor: (page, count) => (page + 1 < count ? `page-${page + 1}` : undefined),
  };
  const state = { behaviour, calls: [], methods: [], credentials: [], traceParents: [], bodies: [] };
  const { origin, server } = await serve((request, response) => {
    void handle(gateway, request, response);
  });
  const gateway: FakeGateway = { ...state, url: `${origin}/mcp`, close: () => close(server) };
  return gateway;
}
