/** The MCP session of a request, where the gateway has sessions: open, and the caller's own (devguide gateway-sessions). */
import { userKeyOf } from '../caller.ts';
import { type Exchange, recordDecision, type Services, type Stage, withAnswer } from '../exchange.ts';
import { RPC_CODE, type RpcError, rpcError } from '../json-rpc.ts';
import { shortName } from '../tool-call.ts';

type Refusal = { readonly status: 400 | 404; readonly reason: string; readonly error: RpcError };

const MISSING: Refusal = {
  status: 400,
  reason: 'session_missing',
  error: { code: RPC_CODE.badRequest, message: 'Bad Request: Mcp-Session-Id header is required' },
};

/** Unknown, over, and another user's are one answer: an id that is tried tells nothing. */
const NOT_FOUND: Refusal = {
  status: 404,
  reason: 'session_unknown',
  error: { code: RPC_CODE.sessionNotFound, message: 'Session not found' },
};

function refuse(exchange: Exchange, services: Services, { status, reason, error }: Refusal): Exchange {
  const { message } = exchange;
  const method = shortName(message?.method ?? '');
  recordDecision(exchange, services, { kind: 'request', outcome: 'deny', reason, method });
  const id = message?.kind === 'request' ? message.id : null;
  return withAnswer(exchange, { status, body: rpcError(id, error) });
}

/** Versions without handshake have no sessions, and whatever id comes with them means nothing. */
export const checkSession: Stage = (exchange, services) => {
  const { gateway, headers, caller, stateless } = exchange;
  if (gateway.mcp.sessionLifetimeMs === undefined || stateless === true) return exchange;
  const id = headers?.['mcp-session-id'];
  if (id === undefined) return refuse(exchange, services, MISSING);
  return gateway.sessions.holds(id, userKeyOf(caller)) ? exchange : refuse(exchange, services, NOT_FOUND);
};
