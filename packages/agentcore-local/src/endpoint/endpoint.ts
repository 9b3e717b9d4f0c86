/**
 * The one HTTP endpoint of the local AWS. It checks the door, finds the service, bounds and reads the body, verifies
 * the signature where the service wants one, and writes what the service answers.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Result } from '@secure-agent/contracts';
import type { Caller, EndpointRefusal, LocalResponse, RequestHead, Service } from '../ports.ts';
import { checkDoor, checkOrigin } from './doors.ts';
import { closeServer, listen, loopbackServer, type Patience } from './loopback-server.ts';
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
  readonly patience?: Patience;
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

type Work = {
  readonly request: IncomingMessage;
  readonly head: RequestHead;
  readonly requestId: string;
  readonly signal: AbortSignal;
};

/** @returns undefined when nobody waits for an answer any more. */
async function answer(
  { request, head, requestId, signal }: Work,
  service: Service,
  verifySignature: VerifySignature,
): Promise<LocalResponse | undefined> {
  const body = await readBody(request, service.bodyLimit);
  if (body === 'aborted') return undefined;
  if (body === 'too_large') {
    return service.refuse({ kind: 'too_large', message: 'The request body is too large.' }, requestId);
  }
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
  const server = loopbackServer(options.patience);
  const ownPort = await listen(server, port);

  async function serveOne(work: Work): Promise<LocalResponse | undefined> {
    const { head, requestId } = work;
    const service = services.find((candidate) => candidate.matches(head));
    const anyOrigin = service?.openToOrigins?.(head) === true;
    const refused = checkDoor(head, ownPort) ?? (anyOrigin ? undefined : checkOrigin(head, ownPort));
    if (refused !== undefined) return plain(refused.status, refused.message, requestId);
    if (service === undefined) return plain(404, 'No service of the local AWS has this address.', requestId);
    return answer(work, service, options.verifySignature);
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = headOf(request);
    const requestId = randomUUID();
    try {
      const result = await serveOne({ request, head, requestId, signal: signalOf(response) });
      if (result !== undefined) await writeResponse(response, result);
    } catch (error) {
      options.onError(error, `${head.method} ${head.path}`);
      if (response.headersSent) response.destroy();
      else await writeResponse(response, plain(500, 'Internal server error.', requestId));
    }
  }

  // Should even the answer of last resort fail, one connection ends, and not the server.
  server.on('request', (request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  return {
    url: `http://127.0.0.1:${ownPort}`,
    port: ownPort,
    serve: (more) => {
      services.push(...more);
    },
    close: () => closeServer(server),
  };
}
