/** Requests to an agent process: one connection each, so that nothing of one request can reach the next. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { z } from 'zod';

const HOST = '127.0.0.1';
const PING_TIMEOUT_MS = 2_000;
const PING_LIMIT_BYTES = 4_096;

/** A TCP port that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export type ContainerRequest = {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
};

/** Sends a request; resolves with the head of the answer, its body still to come. */
export function sendRequest(options: ContainerRequest): Promise<IncomingMessage> {
  const { port, method, path, headers = {}, body, signal } = options;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const request = httpRequest({
      host: HOST,
      port,
      method,
      path,
      headers: { ...headers, ...length },
      agent: false,
      signal,
    });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

const ping = z.object({ status: z.enum(['Healthy', 'HealthyBusy']) });
export type PingStatus = z.infer<typeof ping>['status'];

/** Asks `/ping`. Source: AgentCore devguide, runtime-http-protocol-contract. */
export async function pingAgent(port: number): Promise<PingStatus | undefined> {
  try {
    const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
    const response = await sendRequest({ port, method: 'GET', path: '/ping', signal });
    let text = '';
    for await (const chunk of response) {
      text += chunk;
      if (text.length > PING_LIMIT_BYTES) return undefined;
    }
    return response.statusCode === 200 ? ping.parse(JSON.parse(text)).status : undefined;
  } catch {
    return undefined;
  }
}
