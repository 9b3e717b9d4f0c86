/**
 * The one HTTP endpoint of the local AWS. It checks the door, finds the service, bounds and reads the body, verifies
 * the signature where the service wants one, and writes what the service answers.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Result } from '@secure-agent/contracts';
import { LoadError } from '../load-error.ts';
import type { Caller, EndpointRefusal, LocalResponse, RequestHead, Service } from '../ports.ts';
import { checkDoor } from './doors.ts';
import { readBody } from './read-body.ts';
import { writeResponse } from './write-response.ts';

export type VerifySignature = (
  head: RequestHead,
  body: Buffer,
  service: string,
) => Promise<Result<Caller, EndpointRefusal>>;

export type EndpointOptions = {
  readonly verifySignature: VerifySignature;
  /** Called with what went wrong inside, for the server's own log. Never shown to the client. */
  readonly onError: (error: unknown, where: string) => void;
};

export type Endpoint = {
  /** Base URL, no trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Adds services; they are asked in the order added. */
  serve(services: readonly Service[]): void;
  close(): Promise<void>;
};

const plain = (status: number, message: string, requestId: string): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, connection: 'close' },
  body: JSON.stringify({ message }),
});

function headOf(request: IncomingMessage): RequestHead {
  const url = request.url ?? '/';
  const question = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: question < 0 ? url : url.slice(0, question),
    search: question < 0 ? '' : url.slice(question + 1),
    headers: request.headers,
    rawHeaders: request.rawHeaders,
  };
}

/** Aborts when the client goes away before it has its answer. */
function signalOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

type Work = { readonly request: IncomingMessage; readonly response: ServerResponse };

async function answer(
  { request, response }: Work,
  head: RequestHead,
  service: Service,
  requestId: string,
  verifySignature: VerifySignature,
): Promise<LocalResponse | undefined> {
  const body = await readBody(request, service.bodyLimit);
  if (body === 'aborted') return undefined;
  if (body === 'too_large') {
    return service.refuse({ kind: 'too_large', message: 'The request body is too large.' }, requestId);
  }
  const signal = signalOf(response);
  const signedAs = service.signedAs(head);
  if (signedAs === null) return service.handle({ ...head, body, requestId, signal });
  const verified = await verifySignature(head, body, signedAs);
  if (!verified.ok) return service.refuse(verified.error, requestId);
  return service.handle({ ...head, body, requestId, signal, caller: verified.value });
}

/**
 * Listens on 127.0.0.1.
 * @param port - 0 takes a free one.
 * @throws LoadError `port_taken`.
 */
export async function openEndpoint(port: number, options: EndpointOptions): Promise<Endpoint> {
  const services: Service[] = [];
  const server = createServer();
  const ownPort = await listen(server, port);
  server.on('request', (request, response) => {
    const requestId = randomUUID();
    const head = headOf(request);
    serveOne({ request, response }, head, requestId).catch((error: unknown) => {
      options.onError(error, `${head.method} ${head.path}`);
      if (response.headersSent) response.destroy();
      else void writeResponse(response, plain(500, 'Internal server error.', requestId));
    });
  });
  async function serveOne(work: Work, head: RequestHead, requestId: string): Promise<void> {
    const refused = checkDoor(head, ownPort);
    if (refused !== undefined)
      return writeResponse(work.response, plain(refused.status, refused.message, requestId));
    const service = services.find((candidate) => candidate.matches(head));
    if (service === undefined) {
      return writeResponse(
        work.response,
        plain(404, 'No service of the local AWS has this address.', requestId),
      );
    }
    const result = await answer(work, head, service, requestId, options.verifySignature);
    if (result !== undefined) await writeResponse(work.response, result);
  }
  return {
    url: `http://127.0.0.1:${ownPort}`,
    port: ownPort,
    serve: (more) => {
      services.push(...more);
    },
    close: () => closeServer(server),
  };
}

/** Port of a loopback listener. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      reject(
        taken
          ? new LoadError(
              'port_taken',
              `Port ${port} is taken. Stop what uses it, or choose another with --port.`,
            )
          : error,
      );
    });
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** Closes a listener and every connection to it. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
