/** An HTTP server that only this machine reaches. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoadError } from '../load-error.ts';

/** How long a client may take, milliseconds. An answer may take as long as it likes. */
export type Patience = {
  /** For the request line and all headers. */
  readonly headers: number;
  /** For the whole request, body included. */
  readonly request: number;
  /** How often connections are looked at: either time may be passed by this much. */
  readonly check: number;
};

/** The largest body is 100 MB over loopback: a minute is plenty. */
const PATIENCE: Patience = { headers: 10_000, request: 60_000, check: 5_000 };

/** Whether a request asks for a WebSocket, and for nothing else (RFC 6455 section 4.2.1). */
export const isWebSocketHandshake = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

export const loopbackServer = (patience: Patience = PATIENCE): Server =>
  createServer({
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    connectionsCheckingInterval: patience.check,
    // Some clients offer HTTP/2 with every plain request: those are requests like any other.
    ...{ shouldUpgradeCallback: isWebSocketHandshake },
  });

const UNUSABLE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken. Stop what uses it',
  EACCES: 'may not be used by this user. Take one above 1023',
};

/**
 * Listens on 127.0.0.1.
 * @param port - 0 takes a free one.
 * @returns the port.
 * @throws LoadError `port_taken`.
 */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const why = UNUSABLE[error.code ?? ''];
      const sentence = `Port ${port} ${why}, or choose another with --port or --mailbox-port.`;
      reject(why === undefined ? error : new LoadError('port_taken', sentence));
    };
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes a listener and every connection to it. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
