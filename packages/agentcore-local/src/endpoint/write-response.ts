import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalResponse } from '../ports.ts';

async function writeStream(response: ServerResponse, body: AsyncIterable<Uint8Array>): Promise<void> {
  response.flushHeaders();
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

/** Whether the connection closes with this answer, while the client still sends its body. */
function closesTooEarly(response: ServerResponse): boolean {
  const closes = !response.shouldKeepAlive || response.getHeader('connection') === 'close';
  return closes && !response.req.complete;
}

/** How long a client that still sends may be silent before its connection is closed. */
const SILENCE_MS = 200;

/** Throws away what a client still sends, until it is done, gone or silent. The server's patience bounds it. */
function drain(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SILENCE_MS);
    request.on('data', () => timer.refresh());
    request.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/**
 * Writes all of an answer before it closes: a connection that is closed with unread bytes in it is reset, and the client
 * sees that instead of the answer.
 */
async function writeThenDrain(response: ServerResponse, body: string | Uint8Array): Promise<void> {
  response.setHeader('content-length', Buffer.byteLength(body));
  response.flushHeaders();
  response.write(body);
  await drain(response.req);
  response.end();
}

/** Writes an answer; a streamed body goes out chunk by chunk as it comes. */
export async function writeResponse(response: ServerResponse, answer: LocalResponse): Promise<void> {
  // Left over where an earlier answer could not be written.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.setHeader('x-content-type-options', 'nosniff');
  const { body = '' } = answer;
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return writeStream(response, body);
  if (closesTooEarly(response)) return writeThenDrain(response, body);
  response.end(body);
}
