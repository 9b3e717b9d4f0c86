/** Hands a request to the agent and its answer back, chunk by chunk. */
import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '@secure-agent/contracts';
import type { Timers } from '../processes/timers.ts';
import { sendRequest } from './loopback-http.ts';

/** Until the first byte of an answer. Source: AgentCore quotas, request timeout. */
const ANSWER_LIMIT_MS = 15 * 60_000;

/** Statuses for what is no answer of the agent. */
export const CONNECTION_BROKEN = 502;
const NO_ANSWER = 504;

export type ForwardOptions = {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly timers: Timers;
  /** Called once, when the answer is complete, broken off or refused. */
  readonly onDone: () => void;
};

export type ContainerAnswer = {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
};

async function* passOn(response: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    // The caller is gone; there is nobody to tell.
    if (!signal.aborted) throw error;
  }
}

/**
 * Posts an invocation.
 * @returns the answer with its body as a stream, or the status to report: what the agent said from 400 on, 502 when
 * its process ended, 504 when no answer came in time.
 */
export async function forward(options: ForwardOptions): Promise<Result<ContainerAnswer, number>> {
  const { port, headers, body, signal, timers, onDone } = options;
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const done = () => {
    signal.removeEventListener('abort', abort);
    onDone();
  };
  let late = false;
  const cancelTimer = timers.after(ANSWER_LIMIT_MS, () => {
    late = true;
    abort();
  });
  let response: IncomingMessage;
  try {
    const to = { port, method: 'POST', path: '/invocations' } as const;
    response = await sendRequest({ ...to, headers, body, signal: controller.signal });
  } catch {
    done();
    return err(late ? NO_ANSWER : CONNECTION_BROKEN);
  } finally {
    cancelTimer();
  }
  response.once('close', done);
  const { statusCode: status = CONNECTION_BROKEN } = response;
  if (status >= 400) {
    response.destroy();
    return err(status);
  }
  const contentType = response.headers['content-type'];
  return ok({ status, contentType, body: passOn(response, signal) });
}
