/** Calls of the story, as plain HTTP: what a caller sends and gets, with nothing repaired in between. */

import { newSessionId } from '@secure-agent/client';
import {
  type AgentAnswer,
  agentAnswer,
  type Json,
  type Outputs,
  SESSION_ID_HEADER,
} from '@secure-agent/contracts';
import { z } from 'zod';

export type Reply = { readonly status: number; readonly text: string };

export type AgentReply = Reply & { readonly answer?: AgentAnswer };

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

async function post(
  url: string,
  token: string | undefined,
  headers: Record<string, string>,
  body: Json,
): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', ...headers, ...bearer(token) },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** Parses JSON that may not be any. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Invokes the agent; `sessionId` groups calls of one caller. */
export async function askAgent(
  { runtimeInvocationUrl }: Outputs,
  token: string | undefined,
  payload: Readonly<Record<string, Json>>,
  options: { readonly sessionId?: string; readonly accept?: string } = {},
): Promise<AgentReply> {
  const { sessionId = newSessionId(), accept = 'application/json' } = options;
  const reply = await post(runtimeInvocationUrl, token, { [SESSION_ID_HEADER]: sessionId, accept }, payload);
  const parsed = agentAnswer.safeParse(jsonOf(reply.text));
  return parsed.success ? { ...reply, answer: parsed.data } : reply;
}

const rpcAnswer = z.object({
  result: z
    .object({
      content: z.array(z.object({ text: z.string() })).optional(),
      isError: z.boolean().optional(),
      tools: z.array(z.object({ name: z.string(), inputSchema: z.json() })).optional(),
    })
    .optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});
export type RpcAnswer = z.infer<typeof rpcAnswer>;

export type GatewayReply = Reply & { readonly rpc: RpcAnswer };

/** One MCP request straight to the gateway. */
export async function callGateway(
  { gatewayUrl }: Outputs,
  token: string | undefined,
  method: string,
  params: Readonly<Record<string, Json>> = {},
): Promise<GatewayReply> {
  const accept = 'application/json, text/event-stream';
  const reply = await post(gatewayUrl, token, { accept }, { jsonrpc: '2.0', id: 1, method, params });
  return { ...reply, rpc: rpcAnswer.safeParse(jsonOf(reply.text)).data ?? {} };
}

/** Text of a tool's result. */
export const resultText = ({ rpc }: GatewayReply): string =>
  rpc.result?.content?.[0]?.text ?? rpc.error?.message ?? '';
