/**
 * The conformance suite cannot send a bearer token, and calls its fixture tools by their bare names. This proxy adds the
 * token and the target's prefix, takes the prefix off again in listings, and changes nothing else: status, headers and
 * every other byte are the gateway's.
 */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

export type BearerProxy = { readonly url: string; close(): Promise<void> };

export type BearerProxyOptions = {
  /** URL of the gateway's MCP endpoint. */
  readonly upstream: string;
  readonly token: string;
  /** Such as `Suite___`; empty for none. */
  readonly prefix: string;
};

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Puts the prefix before the tool's name of a `tools/call`. */
function addPrefix(body: Buffer, prefix: string): Buffer {
  if (prefix === '' || body.length === 0) return body;
  const message: unknown = JSON.parse(body.toString('utf8'));
  const isCall = typeof message === 'object' && message !== null && 'method' in message;
  if (!isCall || message.method !== 'tools/call') return body;
  return Buffer.from(body.toString('utf8').replace(/"name":"(?=test_|json_)/, `"name":"${prefix}`));
}

/** The proxy's own name becomes the gateway's; any other Host is a test of the gateway and stays. */
function hostFor(incoming: string | undefined, own: string, upstream: URL): string {
  return incoming === own ? upstream.host : (incoming ?? upstream.host);
}

export async function startBearerProxy(options: BearerProxyOptions): Promise<BearerProxy> {
  const upstream = new URL(options.upstream);
  let own = '';
  const server = createServer(async (incoming, outgoing) => {
    const body = addPrefix(await read(incoming), options.prefix);
    forward(incoming, outgoing, body);
  });

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): void {
    const { 'content-length': _length, 'transfer-encoding': _coding, ...headers } = incoming.headers;
    const origin = headers.origin === `http://${own}` ? { origin: upstream.origin } : {};
    const sent = httpRequest(upstream, {
      method: incoming.method,
      headers: {
        ...headers,
        ...origin,
        host: hostFor(headers.host, own, upstream),
        authorization: `Bearer ${options.token}`,
        ...(body.length > 0 ? { 'content-length': String(body.length) } : {}),
      },
    });
    sent.once('response', (answer) => void pass(answer, outgoing));
    sent.once('error', () => outgoing.destroy());
    sent.end(body);
  }

  async function pass(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { 'content-length': _length, ...headers } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    for await (const chunk of answer) {
      outgoing.write(String(chunk).replaceAll(`"name":"${options.prefix || '\0'}`, '"name":"'));
    }
    outgoing.end();
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  own = `127.0.0.1:${address.port}`;
  return {
    url: `http://${own}/mcp`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
