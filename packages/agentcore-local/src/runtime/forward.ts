/** Hands a request to the agent and its answer back, chunk by chunk. */
import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@secure-agent/contracts';
import type { Timers } from '../processes/timers.ts';
import { sendRequest } from './loopback-http.ts';
import { chunkWatch, isEventStream, REQUEST_LIMIT_MS, STREAM_LIMIT_MS } from './stream-limits.ts';

/** Statuses for what is no answer of the agent. */
export const CONNECTION_BROKEN = 502;
const NO_ANSWER = 504;

export type ForwardOptions = {
  readonly port: number;
  readonly path: '/invocations' | '/mcp';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly timers: Timers;
};

export type ContainerAnswer = {
  readonly status: number;
  /** Lower-case names; what of them may pass on is for the caller to say. */
  readonly headers: IncomingMessage['headers'];
  readonly body: AsyncIterable<Uint8Array>;
  /** Settles when the answer is complete or broken off. */
  readonly done: Promise<void>;
};

class StreamCut extends Error {}

/** Watches the time of a request: one limit for an answer, another for a stream. */
function timeLimit(timers: Timers, abort: () => void) {
  let late = false;
  const expire = () => {
    late = true;
    abort();
  };
  let cancel = timers.after(REQUEST_LIMIT_MS, expire);
  return {
    late: () => late,
    streams: () => {
      cancel();
      cancel = timers.after(STREAM_LIMIT_MS, expire);
    },
    cancel: () => cancel(),
  };
}

async function* passOn(
  response: IncomingMessage,
  signal: AbortSignal,
  stream: boolean,
): AsyncGenerator<Uint8Array> {
  const fits = stream ? chunkWatch() : () => true;
  try {
    for await (const chunk of response) {
      if (!fits(chunk)) throw new StreamCut('A chunk of the stream is longer than the limit.');
      yield chunk;
    }
  } catch (error) {
    // The caller is gone; there is nobody to tell.
    if (!signal.aborted) throw error;
  }
}

/**
 * Posts a request to a container.
 * @returns the answer with its body as a stream, or the status to report: what the agent said from 400 on, 502 when
 * its process ended, 504 when no answer came in time.
 */
export async function forward(options: ForwardOptions): Promise<Result<ContainerAnswer, number>> {
  const { port, path, headers, body, signal, timers } = options;
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const limit = timeLimit(timers, abort);
  const finish = () => {
    signal.removeEventListener('abort', abort);
    limit.cancel();
  };
  let response: IncomingMessage;
  try {
    const to = { port, method: 'POST', path } as const;
    response = await sendRequest({ ...to, headers, body, signal: controller.signal });
  } catch {
    finish();
    return err(limit.late() ? NO_ANSWER : CONNECTION_BROKEN);
  }
  const done = new Promise<void>((resolve) => response.once('close', resolve)).then(finish);
  const { statusCode: status = CONNECTION_BROKEN } = response;
  if (status >= 400) {
    response.destroy();
    await done;
    return err(status);
  }
  const stream = isEventStream(response.headers['content-type']);
  if (stream) limit.streams();
  return ok({ status, headers: response.headers, body: passOn(response, signal, stream), done });
}
