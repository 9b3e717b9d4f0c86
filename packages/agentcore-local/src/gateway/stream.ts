/** A streamed answer: what a target sends while it works, and its result. */
import { type JsonObject, own } from './json-rpc.ts';

export type OnMessage = (message: JsonObject) => void;

/** Messages that wait for a client who does not read. Later ones are lost, the result never. */
const MAX_WAITING = 1000;

/**
 * Runs a call and gives its messages as they come. It runs when the first is asked for.
 * @param run - the call; its result is the last message.
 * @param notificationsOnly - drops requests of the target: a version without handshake has no way to answer one
 * (MCP 2026-07-28, basic/transports/streamable-http, "Receiving Messages").
 */
export async function* streamOf(
  run: (onMessage: OnMessage) => Promise<JsonObject>,
  notificationsOnly: boolean,
): AsyncGenerator<JsonObject, void> {
  const waiting: JsonObject[] = [];
  let wake = (): void => {};
  let finished = false;
  const result = run((message) => {
    if (waiting.length >= MAX_WAITING) return;
    if (notificationsOnly && own(message, 'id') !== undefined) return;
    waiting.push(message);
    wake();
  }).finally(() => {
    finished = true;
    wake();
  });
  // Its failure is thrown below, once the messages before it are out.
  result.catch(() => {});
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) yield next;
    else if (finished) break;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  yield await result;
}

/** A stream whose first message was taken, whole again. */
export async function* startingWith(
  first: IteratorResult<JsonObject, void>,
  rest: AsyncGenerator<JsonObject, void>,
): AsyncGenerator<JsonObject, void> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

/** The messages as server-sent events, each on one line: JSON escapes every line break (HTML standard, section 9.2). */
export async function* serverSentEvents(messages: AsyncIterable<JsonObject>): AsyncGenerator<Uint8Array> {
  for await (const message of messages) {
    yield Buffer.from(`event: message\ndata: ${JSON.stringify(message)}\n\n`, 'utf8');
  }
}
