/** A system behind a target: an HTTP server on this machine that keeps what it was sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export type Heard = {
  readonly method: string;
  /** As sent, with the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly rawHeaders: readonly string[];
  readonly body: string;
};

export type Answering = (heard: Heard, response: ServerResponse, at: number) => void | Promise<void>;

export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answering =>
  (_heard, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };

/** Starts it for the running test. */
export async function openUpstream(answer: Answering = json({ done: true })) {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    const body = (await buffer(request).catch(() => Buffer.alloc(0))).toString();
    const one = { method, url, headers, rawHeaders, body };
    heard.push(one);
    await answer(one, response, heard.length - 1);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, heard };
}

/** An origin where nobody listens any more. */
export async function closedOrigin(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return `http://127.0.0.1:${port}`;
}

/** Everything that was sent, for a search of what must not be in it: as text, base64, base64url and percent-encoded. */
export function everythingSent(heard: readonly Heard[]): string {
  const plain = JSON.stringify(heard);
  const decoded = heard.map(({ url, headers }) => {
    const texts = [
      decodeURIComponent(url.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')),
      ...Object.values(headers).map(String),
    ];
    return texts
      .flatMap((text) => text.split(/[\s,]/))
      .map((part) => Buffer.from(part, 'base64').toString('latin1'));
  });
  return [plain, decodeURIComponent(plain.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')), ...decoded.flat()].join(
    '\n',
  );
}
