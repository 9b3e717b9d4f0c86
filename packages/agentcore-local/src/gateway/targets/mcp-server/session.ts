/**
 * One conversation with an MCP server over streamable HTTP (MCP 2025-11-25, transports). Every call of a tool has its own:
 * a session shared by callers would let one see what the server keeps for another.
 */
import { err, ok, type Result } from '@secure-agent/contracts';
import { isObject, type JsonObject, own } from '../../json-rpc.ts';
import type { Outbound } from '../outbound/outbound-call.ts';
import {
  isHeaderValue,
  type OutboundCall,
  type OutboundRequest,
  type Outcome,
} from '../outbound/outbound-request.ts';
import { discard, readText, type Sent } from '../outbound/send.ts';
import type { TargetFailure } from '../tool-target.ts';
import { eventData } from './events.ts';

/** Versions with the initialize handshake, newest first; the first is offered. */
export const SERVER_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

export type RpcAnswer =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly data: unknown };

export type Session = {
  /** Sends a request and waits for its answer. */
  request(method: string, params: JsonObject): Promise<Outcome<RpcAnswer>>;
  /** Whether the server says that it has tools. */
  readonly hasTools: boolean;
  /** Tells the server that it has ended. Nobody waits for that. */
  close(): void;
};

type Connection = {
  readonly endpoint: URL;
  readonly transmit: (request: OutboundRequest) => Promise<Outcome<Sent>>;
  readonly onMessage: (message: JsonObject) => void;
  readonly onHeaders: (headers: Headers) => void;
};

/** What the server's first answer sets for all later requests. */
type Established = Readonly<Record<string, string>>;

const failed = (detail: string): Result<never, TargetFailure> => err({ detail });

function post(endpoint: URL, headers: Established, message: JsonObject): OutboundRequest {
  return {
    ...addressed(endpoint, 'POST', headers),
    headers: {
      ...headers,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify(message),
  };
}

const addressed = (endpoint: URL, method: string, headers: Established): OutboundRequest => ({
  method,
  origin: endpoint.origin,
  path: endpoint.pathname,
  query: [...endpoint.searchParams],
  headers,
});

function parseMessage(text: string): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function answerOf(message: JsonObject, id: number): RpcAnswer | undefined {
  if (own(message, 'id') !== id) return undefined;
  const result = own(message, 'result');
  if (isObject(result)) return { kind: 'result', result };
  const error = own(message, 'error');
  if (!isObject(error)) return undefined;
  const code = own(error, 'code');
  const text = own(error, 'message');
  return {
    kind: 'error',
    code: typeof code === 'number' ? code : 0,
    message: typeof text === 'string' ? text : '',
    data: own(error, 'data'),
  };
}

const NOT_JSON_RPC = 'The MCP server answered with something that is no JSON-RPC answer.';

async function readSingle(sent: Sent, id: number): Promise<Outcome<RpcAnswer>> {
  const text = await readText(sent);
  if (!text.ok) return text;
  const message = parseMessage(text.value);
  const answer = message && answerOf(message, id);
  return answer === undefined ? failed(NOT_JSON_RPC) : ok(answer);
}

/** What MCP lets a server ask of its client (2025-11-25, client features). Other names are the server's own text. */
const QUESTIONS: ReadonlySet<unknown> = new Set([
  'elicitation/create',
  'sampling/createMessage',
  'roots/list',
]);

const askedFor = (method: unknown): string =>
  `The MCP server asked its client for ${QUESTIONS.has(method) ? method : 'something'}, which the gateway does not relay.`;

/** A server may tell and ask while it works. What it tells is passed on; the gateway declared nothing that it may ask. */
async function readStream(
  sent: Sent,
  id: number,
  onMessage: Connection['onMessage'],
): Promise<Outcome<RpcAnswer>> {
  try {
    for await (const data of eventData(sent.chunks())) {
      const message = parseMessage(data);
      if (message === undefined) return failed(NOT_JSON_RPC);
      const answer = answerOf(message, id);
      if (answer !== undefined) return ok(answer);
      if (typeof own(message, 'method') !== 'string') continue;
      if (own(message, 'id') !== undefined) return failed(askedFor(own(message, 'method')));
      onMessage(message);
    }
    return failed('The MCP server ended its answer without a result.');
  } catch (error) {
    return err(sent.explain(error));
  }
}

async function exchange(
  connection: Connection,
  headers: Established,
  id: number,
  method: string,
  params: JsonObject,
): Promise<Outcome<{ readonly answer: RpcAnswer; readonly headers: Headers }>> {
  const message = { jsonrpc: '2.0', id, method, params };
  const sent = await connection.transmit(post(connection.endpoint, headers, message));
  if (!sent.ok) return sent;
  const { response } = sent.value;
  if (!response.ok) {
    await discard(response);
    return failed(`The MCP server answered ${method} with status ${response.status}.`);
  }
  connection.onHeaders(response.headers);
  const streamed = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
  const answer = streamed
    ? await readStream(sent.value, id, connection.onMessage)
    : await readSingle(sent.value, id);
  return answer.ok ? ok({ answer: answer.value, headers: response.headers }) : answer;
}

type Opened = { readonly established: Established; readonly hasTools: boolean };

async function initialize(connection: Connection): Promise<Outcome<Opened>> {
  const params = {
    protocolVersion: SERVER_VERSIONS[0],
    capabilities: {},
    clientInfo: { name: 'agentcore-gateway-local', version: '1.0.0' },
  };
  const opened = await exchange(connection, {}, 0, 'initialize', params);
  if (!opened.ok) return opened;
  const { answer, headers } = opened.value;
  if (answer.kind === 'error') return failed(`The MCP server refused initialize with ${answer.code}.`);
  const version = own(answer.result, 'protocolVersion');
  if (!SERVER_VERSIONS.some((known) => known === version)) {
    return failed('The MCP server speaks no version of MCP that the gateway speaks with it.');
  }
  const sessionId = headers.get('mcp-session-id');
  if (sessionId !== null && !isHeaderValue(sessionId)) return failed(NOT_JSON_RPC);
  const capabilities = own(answer.result, 'capabilities');
  return ok({
    established: {
      'mcp-protocol-version': String(version),
      ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
    },
    hasTools: isObject(capabilities) && own(capabilities, 'tools') !== undefined,
  });
}

async function notifyInitialized(
  { transmit, endpoint }: Connection,
  headers: Established,
): Promise<Outcome<null>> {
  const sent = await transmit(
    post(endpoint, headers, { jsonrpc: '2.0', method: 'notifications/initialized' }),
  );
  if (!sent.ok) return sent;
  const { response } = sent.value;
  await discard(response);
  return response.ok ? ok(null) : failed(`The MCP server answered with status ${response.status}.`);
}

export type SessionListeners = {
  readonly onMessage?: (message: JsonObject) => void;
  /** Given the headers of each answer. */
  readonly onHeaders?: (headers: Headers) => void;
};

/** Opens a conversation: credential, initialize, initialized. */
export async function openSession(
  endpoint: URL,
  outbound: Outbound,
  call: OutboundCall,
  { onMessage = () => {}, onHeaders = () => {} }: SessionListeners = {},
): Promise<Outcome<Session>> {
  const opened = await outbound.open(call);
  if (!opened.ok) return opened;
  const connection: Connection = { endpoint, transmit: opened.value, onMessage, onHeaders };
  const started = await initialize(connection);
  if (!started.ok) return started;
  const { established, hasTools } = started.value;
  const notified = await notifyInitialized(connection, established);
  if (!notified.ok) return notified;
  let id = 0;
  return ok({
    hasTools,
    async request(method, params) {
      id += 1;
      const done = await exchange(connection, established, id, method, params);
      return done.ok ? ok(done.value.answer) : done;
    },
    close() {
      if (established['mcp-session-id'] === undefined) return;
      end(connection, established).catch(() => {});
    },
  });
}

async function end({ endpoint, transmit }: Connection, headers: Established): Promise<void> {
  const ended = await transmit(addressed(endpoint, 'DELETE', headers));
  if (ended.ok) await discard(ended.value.response);
}
