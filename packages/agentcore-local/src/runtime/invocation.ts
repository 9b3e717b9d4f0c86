/** One invocation: which session, which headers, where in the container, and what of its answer passes. */
import { randomUUID } from 'node:crypto';
import { ok, type Result } from '@secure-agent/contracts';
import type { RequestStart, WorkloadTokens } from '../ports.ts';
import type { Admitted } from './admission.ts';
import { forwardedHeaders, parseHeaderAllowlist } from './headers.ts';
import { MCP_PARAMETERS, MCP_SESSION_HEADER, mcpSessionOf } from './mcp-wire.ts';
import { readSessionId } from './request-parameters.ts';
import type { SessionNotes } from './sessions.ts';
import { workloadHeaders } from './workload-headers.ts';

/** What is sent to the container, but for what depends on the session found. */
export type Invocation = {
  readonly sessionId: string;
  readonly path: '/invocations' | '/mcp';
  readonly headers: (notes: SessionNotes) => Readonly<Record<string, string>>;
};

/** Why there is none: the reason for the log, the message for the caller. */
export type InvocationError = {
  readonly reason: 'session_id_invalid' | 'header_invalid';
  readonly message: string;
};

const failed = (reason: InvocationError['reason'], message: string): Result<never, InvocationError> => ({
  ok: false,
  error: { reason, message },
});

/** The headers of any request to a container. */
export function containerHeaders(
  admitted: Admitted,
  { rawHeaders, requestId }: RequestStart,
  sessionId: string,
  tokens: WorkloadTokens,
): Result<Record<string, string>, string> {
  const { record, identity } = admitted;
  return forwardedHeaders({
    rawHeaders,
    allowlist: parseHeaderAllowlist(record.requestHeaderAllowlist),
    jwtAuthorized: identity.method === 'JWT',
    sessionId,
    requestId,
    own: workloadHeaders(admitted, tokens),
    parameters: record.serverProtocol === 'MCP' ? MCP_PARAMETERS : [],
  });
}

function ofHttp(
  admitted: Admitted,
  start: RequestStart,
  tokens: WorkloadTokens,
): Result<Invocation, InvocationError> {
  const named = readSessionId(start.rawHeaders);
  if (!named.ok) return failed('session_id_invalid', named.error);
  const sessionId = named.value ?? randomUUID();
  const headers = containerHeaders(admitted, start, sessionId, tokens);
  if (!headers.ok) return failed('header_invalid', headers.error);
  return ok({ sessionId, path: '/invocations', headers: () => headers.value });
}

function ofMcp(
  admitted: Admitted,
  start: RequestStart,
  body: Buffer,
  tokens: WorkloadTokens,
): Result<Invocation, InvocationError> {
  const session = mcpSessionOf(start.rawHeaders, body);
  if (!session.ok) return failed('session_id_invalid', session.error);
  const { id, forContainer } = session.value;
  const headers = containerHeaders(admitted, start, id, tokens);
  if (!headers.ok) return failed('header_invalid', headers.error);
  return ok({
    sessionId: id,
    path: '/mcp',
    headers({ containerMcpSession }) {
      // A server that keeps sessions of its own gets its own id back.
      const told = forContainer && (containerMcpSession ?? forContainer);
      return told === undefined ? headers.value : { ...headers.value, [MCP_SESSION_HEADER]: told };
    },
  });
}

/** Reads an invocation of an admitted request. */
export const readInvocation = (
  admitted: Admitted,
  start: RequestStart,
  body: Buffer,
  tokens: WorkloadTokens,
): Result<Invocation, InvocationError> =>
  admitted.record.serverProtocol === 'MCP'
    ? ofMcp(admitted, start, body, tokens)
    : ofHttp(admitted, start, tokens);
