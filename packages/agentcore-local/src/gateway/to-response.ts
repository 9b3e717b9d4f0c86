/** The pipeline's answer as HTTP. */
import type { LocalResponse } from '../ports.ts';
import type { Answer } from './exchange.ts';
import { serverSentEvents } from './stream.ts';

/** `x-accel-buffering` keeps a proxy from holding messages back (MCP 2026-07-28, basic/transports/streamable-http). */
const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** @param requestId - is on every answer. */
export function toResponse({ status, headers, body, events }: Answer, requestId: string): LocalResponse {
  const own = { 'x-amzn-requestid': requestId };
  if (events !== undefined) {
    return { status, headers: { ...headers, ...own, ...EVENT_STREAM }, body: serverSentEvents(events) };
  }
  if (body === undefined) return { status, headers: { ...headers, ...own } };
  return {
    status,
    headers: { ...headers, ...own, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
