import type { ServerResponse } from 'node:http';
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

/** Writes an answer; a streamed body goes out chunk by chunk as it comes. */
export async function writeResponse(response: ServerResponse, answer: LocalResponse): Promise<void> {
  // Left over where an earlier answer could not be written.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = answer.status;
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.setHeader('x-content-type-options', 'nosniff');
  const { body } = answer;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) response.end(body);
  else await writeStream(response, body);
}
