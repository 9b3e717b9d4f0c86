/** What an interceptor gives back (AgentCore devguide, gateway-interceptors-types). */
import { INTERCEPTOR_VERSION, type InterceptorOutput, type Json } from '@secure-agent/contracts';

type Headers = Readonly<Record<string, string>>;

/** A JSON-RPC id that may be echoed; null for anything else (JSON-RPC 2.0 section 5). */
export type RpcId = string | number | null;

/** The built-in tool that searches the others. No Lambda is behind it, so no caller is bound to it. */
export const SEARCH_TOOL = 'x_amz_bedrock_agentcore_search';

/**
 * Lets the request go on with this body. No headers: an `Authorization` that an interceptor returns would be sent to
 * the target in place of the target's own credential.
 */
export const goOn = (body: unknown): InterceptorOutput => ({
  interceptorOutputVersion: INTERCEPTOR_VERSION,
  mcp: { transformedGatewayRequest: { body } },
});

/** Answers the client. From a REQUEST interceptor, the target is not called. */
export const respond = (
  statusCode: number,
  body: unknown,
  headers?: Headers | null | undefined,
): InterceptorOutput => ({
  interceptorOutputVersion: INTERCEPTOR_VERSION,
  mcp: { transformedGatewayResponse: { statusCode, ...(headers ? { headers } : {}), body } },
});

type Failure = { readonly statusCode: number; readonly code: number; readonly message: string };

/** Every failure that a client can see. The texts are fixed: why is for the operator's log. */
export const FAILURES = {
  unauthorized: { statusCode: 401, code: -32001, message: 'Unauthorized' },
  invalidRequest: { statusCode: 400, code: -32600, message: 'Invalid Request' },
  invalidParams: { statusCode: 400, code: -32602, message: 'Invalid params' },
  internal: { statusCode: 500, code: -32603, message: 'Internal error' },
} as const satisfies Record<string, Failure>;

/** A failure as a JSON-RPC error; a 401 carries its challenge (RFC 6750 section 3). */
export const fail = ({ statusCode, code, message }: Failure, id: RpcId): InterceptorOutput =>
  respond(
    statusCode,
    { jsonrpc: '2.0', id, error: { code, message } },
    statusCode === 401 ? { 'WWW-Authenticate': 'Bearer error="invalid_token"' } : undefined,
  );

/** The id of a JSON-RPC message. */
export function idOf(message: unknown): RpcId {
  const id: Json | undefined = isRecord(message) ? message['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

const isRecord = (value: unknown): value is Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
