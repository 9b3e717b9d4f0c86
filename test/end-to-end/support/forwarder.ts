/** An address on the way to a gateway, which can be cut off: the port is then closed. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Forwarder = {
  /** What stands in for the gateway's URL. */
  readonly url: string;
  /** Where requests go. Until it is called nobody listens. */
  open(target: string): Promise<void>;
  cut(): Promise<void>;
};

function pass(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const { hostname, port, pathname, host } = target;
  const { method = 'GET' } = request;
  const headers = { ...request.headers, host };
  const onward = httpRequest({ host: hostname, port, path: pathname, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

/** Takes a free port and gives it back at once: nothing listens there until `open`. */
export async function makeForwarder(): Promise<Forwarder> {
  let target: URL | undefined;
  const server = createServer((request, response) => {
    if (target === undefined) response.destroy();
    else pass(target, request, response);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  await cut();
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    cut,
    open(to) {
      target = new URL(to);
      return listen(port);
    },
  };
}
