/** The HTTP contract of AgentCore Runtime: `GET /ping` and `POST /invocations`. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER } from '@secure-agent/contracts';
import type { Model } from '@strands-agents/sdk';
import type { Caller } from './caller.ts';
import { AgentFailure, CallerGone } from './failure.ts';
import { headerValues, wantsEvents } from './headers.ts';
import { invoke } from './invocation.ts';
import type { Limits } from './limits.ts';
import { hashForLog, hashUser, type Log, type LogEntry } from './log.ts';
import { readPrompt } from './request-body.ts';
import { eventReply, jsonReply, sendJson } from './response.ts';
import { readSessionId, type SessionOwners } from './sessions.ts';
import type { RequestTelemetry, Telemetry } from './telemetry/telemetry.ts';

export type AgentServerOptions = {
  /** Reads the verified caller from raw headers. */
  readonly readCaller: (rawHeaders: readonly string[]) => Promise<Caller>;
  readonly sessions: SessionOwners;
  readonly model: Model;
  readonly gatewayUrl: URL;
  readonly limits: Limits;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

export type AgentServer = {
  readonly server: Server;
  /** Takes no new requests, lets running ones finish for `graceMs`, then ends them. */
  readonly stop: (graceMs: number) => Promise<void>;
};

type Exchange = Omit<AgentServerOptions, 'telemetry'> & {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly telemetry: RequestTelemetry;
  /** Aborted when the caller hangs up or the process stops. */
  readonly signal: AbortSignal;
};

/** What becomes known about a request on its way, for its log entry. */
type Notes = { -readonly [Key in keyof LogEntry]?: LogEntry[Key] };

async function answer(exchange: Exchange, notes: Notes): Promise<void> {
  const { request, response, sessions } = exchange;
  const reply = wantsEvents(request.headers.accept) ? eventReply(response) : jsonReply(response);
  try {
    const caller = await exchange.readCaller(request.rawHeaders);
    notes.user = hashUser(caller);
    // No await between the verified caller and the binding: two first requests must not both win.
    const sessionId = readSessionId(request.rawHeaders);
    notes.session = hashForLog(sessionId);
    sessions.bind(sessionId, caller);
    const prompt = await readPrompt(request);
    const result = await invoke({ ...exchange, caller, prompt, emit: reply.emit });
    notes.outcome = 'answered';
    notes.tools_offered = result.toolsOffered.length;
    notes.tool_calls = result.toolCalls.length;
    reply.answer(result);
  } catch (error) {
    if (exchange.signal.reason instanceof CallerGone || request.errored !== null) {
      notes.outcome = 'caller_gone';
      return;
    }
    const failure = error instanceof AgentFailure ? error : new AgentFailure('internal');
    notes.outcome = failure.code;
    if (failure.reason !== undefined) notes.reason = failure.reason;
    reply.fail(failure);
  }
}

/** The platform's id of the request where it sent one, else our own. */
function requestIdOf(request: IncomingMessage): string {
  const [id] = headerValues(request.rawHeaders, REQUEST_ID_HEADER);
  if (id !== undefined && /^[A-Za-z0-9_-]{1,128}$/.test(id)) return id;
  // The platform may start many processes from one memory snapshot: cached randomness would repeat in each.
  return randomUUID({ disableEntropyCache: true });
}

async function serveInvocation(exchange: Exchange): Promise<void> {
  const { log, now, request, response, telemetry } = exchange;
  const started = now();
  const notes: Notes = { request_id: requestIdOf(request) };
  await answer(exchange, notes);
  const ended = now();
  const time = new Date(ended).toISOString();
  const entry: LogEntry = {
    time,
    event: 'invocation',
    ...notes,
    status: response.statusCode,
    ms: ended - started,
  };
  telemetry.end(entry);
  log(entry);
}

function refuseRoute(response: ServerResponse, allow: string | undefined): void {
  const message =
    allow === undefined ? 'There is nothing at this path.' : `This path takes ${allow} and nothing else.`;
  const next = 'The agent serves GET /ping and POST /invocations.';
  const status = allow === undefined ? 404 : 405;
  const { code } = new AgentFailure('invalid_request');
  const headers = { connection: 'close', ...(allow === undefined ? {} : { allow }) };
  sendJson(response, status, { error: { code, message, next } }, headers);
}

/** Time for the answers of ended requests to leave, milliseconds. */
const LAST_WORDS_MS = 500;

const ROUTES: ReadonlyMap<string, string> = new Map([
  ['/ping', 'GET'],
  ['/invocations', 'POST'],
]);

/** Makes the server; it does not listen yet. */
export function createAgentServer(options: AgentServerOptions): AgentServer {
  const stopping = new AbortController();
  // Seconds since 1970 of the last change of status. It must not move while the status stays: each move would restart
  // the platform's idle timer.
  const healthySince = Math.floor(options.now() / 1000);

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?')[0] ?? '';
    const method = ROUTES.get(path);
    if (method !== request.method) refuseRoute(response, method);
    else if (path === '/ping') {
      sendJson(response, 200, { status: 'Healthy', time_of_last_update: healthySince });
    } else startInvocation(request, response);
  }

  function startInvocation(request: IncomingMessage, response: ServerResponse): void {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new CallerGone());
      // A kept connection that has just become idle would hold up a server that is closing.
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    const signal = AbortSignal.any([gone.signal, stopping.signal]);
    const telemetry = options.telemetry.request(request.rawHeaders);
    void serveInvocation({ ...options, request, response, signal, telemetry });
  }

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, handle);
  return {
    server,
    stop: (graceMs) =>
      new Promise((resolve) => {
        const message = 'The agent is stopping.';
        const timer = setTimeout(() => {
          stopping.abort(new AgentFailure('internal', { message, reason: 'stopping' }));
          setTimeout(() => server.closeAllConnections(), LAST_WORDS_MS).unref();
        }, graceMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
