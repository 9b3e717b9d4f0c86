/**
 * The front door of a runtime whose container is an MCP server: sessions, and refusals as JSON-RPC errors.
 * Source: AgentCore devguide, runtime-mcp-protocol-contract.
 */
import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '@secure-agent/contracts';
import { z } from 'zod';
import type { LocalResponse } from '../ports.ts';
import { headerValues } from './headers.ts';
import { readMcpSessionId, readSessionId } from './request-parameters.ts';

export const MCP_SESSION_HEADER = 'mcp-session-id';
/** Parameters of the API that only an MCP container gets. */
export const MCP_PARAMETERS = ['mcp-protocol-version', 'mcp-method', 'mcp-name'] as const;

/** Code and status by error type; the types that are not here are -32603 with 200. */
const ERRORS = new Map<string, readonly [code: number, status: number]>([
  ['UnauthorizedException', [-32001, 401]],
  ['AccessDeniedException', [-32002, 403]],
  ['ThrottlingException', [-32003, 200]],
  ['ServiceQuotaExceededException', [-32003, 200]],
  ['ResourceNotFoundException', [-32004, 200]],
  ['RetryableConflictException', [-32005, 200]],
  ['ConflictException', [-32005, 200]],
  ['ValidationException', [-32006, 200]],
  ['RuntimeClientError', [-32010, 200]],
]);

const requestId = z.object({ id: z.union([z.string(), z.number()]) });
const initialize = z.object({ method: z.literal('initialize') });

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const message = z.object({ message: z.string() });

/** The text of a refusal in the form of the HTTP protocol; a challenge is JSON-RPC already. */
function textOf({ body }: LocalResponse): string | undefined {
  const parsed = typeof body === 'string' ? message.safeParse(parse(Buffer.from(body))) : undefined;
  return parsed?.data?.message;
}

/**
 * A refusal of the front door as a JSON-RPC error; any other answer as it is.
 * @param body - of the request, where it was read: an error answers the message that it belongs to.
 */
export function asJsonRpc(response: LocalResponse, body?: Buffer): LocalResponse {
  const type = response.headers?.['x-amzn-errortype'];
  const text = typeof type === 'string' ? textOf(response) : undefined;
  if (typeof type !== 'string' || text === undefined) return response;
  const [code, status] = ERRORS.get(type) ?? [-32603, 200];
  const id = (body && requestId.safeParse(parse(body)).data?.id) ?? null;
  return {
    status,
    headers: { ...response.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: text } }),
  };
}

/** The media types that the transport has every client accept (MCP, streamable HTTP transport). */
export function acceptsMcp(rawHeaders: readonly string[]): boolean {
  const ranges = headerValues(rawHeaders, 'accept')
    .flatMap((value) => value.split(','))
    .map((range) => range.split(';')[0]?.trim().toLowerCase());
  const any = ranges.includes('*/*');
  return any || ['application/json', 'text/event-stream'].every((type) => ranges.includes(type));
}

export const notAcceptable = (id: string, body?: Buffer): LocalResponse => {
  const rpcId = (body && requestId.safeParse(parse(body)).data?.id) ?? null;
  const text = 'Not Acceptable: Client must accept both application/json and text/event-stream';
  return {
    status: 406,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': id },
    body: JSON.stringify({ jsonrpc: '2.0', id: rpcId, error: { code: -32011, message: text } }),
  };
};

/** There is no stream that the server opens, and no end of a session but StopRuntimeSession. */
export const methodNotAllowed = (id: string): LocalResponse => ({
  status: 405,
  headers: { allow: 'POST', 'x-amzn-requestid': id },
});

export type McpSession = {
  /** The session that the front door keeps; what the caller is told. */
  readonly id: string;
  /** What the container is told; absent where a server that keeps sessions would refuse an id it did not make. */
  readonly forContainer: string | undefined;
};

/**
 * The session of a request. `Mcp-Session-Id` decides; an SDK fills in a runtime session id of its own at every call.
 * @returns the message for the caller where an id is malformed.
 */
export function mcpSessionOf(rawHeaders: readonly string[], body: Buffer): Result<McpSession, string> {
  const named = readMcpSessionId(rawHeaders);
  if (!named.ok) return named;
  if (named.value !== undefined) return ok({ id: named.value, forContainer: named.value });
  const runtimeSession = readSessionId(rawHeaders);
  if (!runtimeSession.ok) return err(runtimeSession.error);
  const id = runtimeSession.value ?? randomUUID();
  return ok({ id, forContainer: initialize.safeParse(parse(body)).success ? undefined : id });
}
