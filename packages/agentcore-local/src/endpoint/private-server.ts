/**
 * A third-party HTTP server that only this process can reach: it listens on a Unix socket in a folder of mode 0700, so
 * it is no second door beside the endpoint, which verifies signatures.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type PrivateRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

export type PrivateResponse = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type PrivateServer = {
  call(request: PrivateRequest): Promise<PrivateResponse>;
  close(): Promise<void>;
};

function callThrough(agent: Agent, socketPath: string, sent: PrivateRequest): Promise<PrivateResponse> {
  return new Promise((resolve, reject) => {
    const { method, path, headers } = sent;
    const request = httpRequest({ agent, socketPath, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 502,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on('error', reject);
    request.end(sent.body);
  });
}

/** Makes a server listen on a private socket; `close` closes it, and whatever it closes with it. */
export async function listenPrivately(server: Server): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-'));
  const socketPath = join(folder, 's');
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  return {
    call: (sent) => callThrough(agent, socketPath, sent),
    async close() {
      agent.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
