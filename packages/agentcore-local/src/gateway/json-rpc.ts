/** JSON-RPC 2.0 messages as MCP uses them: one object, never a batch. */
import { err, type Json, ok, type Result } from '@secure-agent/contracts';

export type JsonObject = { readonly [name: string]: Json };
export type MessageId = string | number;

/** Longest text of an id. It is echoed, and handed to a Lambda whose client context has a size limit. */
export const MAX_ID_LENGTH = 256;

export type RpcRequest = {
  readonly kind: 'request';
  readonly id: MessageId;
  readonly method: string;
  readonly params: JsonObject;
  /** The whole message, as an interceptor is shown it. */
  readonly body: JsonObject;
};

export type RpcNotification = { readonly kind: 'notification'; readonly method: string };
export type Message = RpcRequest | RpcNotification;

export const RPC_CODE = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** The code of the MCP SDKs for a bad request at the transport. */
  badRequest: -32000,
  /** The code of the MCP SDKs for a session that is not there. */
  sessionNotFound: -32001,
  /** Captured from the live service; AWS documents no code. */
  policyDenial: -32002,
  /** A header and the body say different things, or a header is missing (MCP 2026-07-28). */
  headerMismatch: -32020,
  /** The server does not speak the version of the request (MCP 2026-07-28). */
  unsupportedVersion: -32022,
} as const;

export type RpcError = { readonly code: number; readonly message: string; readonly data?: Json };

const invalid = (message: string): Result<never, RpcError> => err({ code: RPC_CODE.invalidRequest, message });

/** Whether a JSON value is an object, neither null nor an array. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that the object itself has. */
export const own = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const isId = (value: Json | undefined): value is MessageId =>
  typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value);

function readRequest(body: JsonObject, method: string, id: Json): Result<Message, RpcError> {
  if (!isId(id))
    return invalid(`The id must be an integer or a text of at most ${MAX_ID_LENGTH} characters.`);
  const given = own(body, 'params');
  const params = given === undefined ? {} : given;
  if (!isObject(params)) return err({ code: RPC_CODE.invalidParams, message: 'params must be an object.' });
  return ok({ kind: 'request', id, method, params, body });
}

/**
 * Reads one message.
 * A request without an id would be run without anybody being told, so only `notifications/…` may come without one.
 */
export function readMessageBody(body: Json): Result<Message, RpcError> {
  if (Array.isArray(body)) return invalid('Batches are not supported: send one message a request.');
  if (!isObject(body)) return invalid('The message must be a JSON object.');
  if (own(body, 'jsonrpc') !== '2.0') return invalid('jsonrpc must be "2.0".');
  const method = own(body, 'method');
  if (typeof method !== 'string') return invalid('method must be a text.');
  const id = own(body, 'id');
  if (id !== undefined) return readRequest(body, method, id);
  return method.startsWith('notifications/')
    ? ok({ kind: 'notification', method })
    : invalid('A request needs an id.');
}

/** The body of a successful response. */
export const rpcResult = (id: MessageId, result: Json): JsonObject => ({ jsonrpc: '2.0', id, result });

/** The body of an error response; `id` is null where the request's could not be read (JSON-RPC 2.0 section 5). */
export const rpcError = (id: MessageId | null, { code, message, data }: RpcError): JsonObject => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(data === undefined ? {} : { data }) },
});
