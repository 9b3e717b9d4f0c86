/** How answers leave: one JSON document, or server-sent events (WHATWG HTML section 9.2). */
import type { ServerResponse } from 'node:http';
import type { AgentAnswer, AgentEvent } from '@secure-agent/contracts';
import type { AgentFailure } from './failure.ts';

const COMMON = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...COMMON, ...headers, 'content-type': 'application/json' });
  response.end(text);
}

/** Where one request's progress and outcome go. Exactly one of `answer` and `fail` is called, once. */
export type Reply = {
  readonly emit: (event: AgentEvent) => void;
  readonly answer: (answer: AgentAnswer) => void;
  readonly fail: (failure: AgentFailure) => void;
};

export function jsonReply(response: ServerResponse): Reply {
  return {
    emit: () => undefined,
    answer: (answer) => sendJson(response, 200, answer),
    fail: (failure) => sendJson(response, failure.status, failure.body(), refusalHeaders(failure)),
  };
}

/** RFC 9110 section 15.5.2: a 401 names the scheme. A refused body is not read to its end. */
function refusalHeaders({ status }: AgentFailure): Record<string, string> {
  if (status === 401) return { 'www-authenticate': 'Bearer', connection: 'close' };
  return status >= 400 ? { connection: 'close' } : {};
}

/** Streams events. Before the first one a failure is still an HTTP error; afterwards it is the last event. */
export function eventReply(response: ServerResponse): Reply {
  const write = (event: AgentEvent) => {
    // A tool that answers after the request was ended has nobody to tell.
    if (response.writableEnded) return;
    if (!response.headersSent) {
      response.writeHead(200, { ...COMMON, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    }
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  };
  return {
    emit: write,
    answer: (answer) => {
      write({ type: 'answer', answer });
      response.end();
    },
    fail: (failure) => {
      if (failure.status !== 200 && !response.headersSent) return jsonReply(response).fail(failure);
      write({ type: 'error', error: failure.body().error });
      response.end();
    },
  };
}
