/**
 * The one HTTP endpoint of the local AWS. It checks the door, finds the service, bounds and reads the body, verifies
 * the signature where the service wants one, and writes what the service answers.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { err, type Result } from '@secure-agent/contracts';
import type { LocalResponse, RequestHead, Service, Upgrade } from '../ports.ts';
import { answer, type SignerCheck, type Work } from './answer.ts';
import { checkDoor, checkOrigin } from './doors.ts';
import {
  closeServer,
  isWebSocketHandshake,
  listen,
  loopbackServer,
  type Patience,
} from './loopback-server.ts';
import { createUpgrades } from './upgrades.ts';
import { writeResponse } from './write-response.ts';

export type { VerifySignature } from './answer.ts';

export type EndpointOptions = SignerCheck & {
  /** Called with what went wrong inside, for the server's own log. Never shown to the client. */
  readonly onError: (error: unknown, where: string) => void;
  readonly patience?: Patience;
};

export type Endpoint = {
  /** Base URL, no trailing slash. */
  readonly url: string;
  readonly port: number;
  /**
   * Adds services; they are asked in the order added.
   * @throws TypeError for one that does not say who asks IAM about its requests.
   */
  serve(services: readonly Service[]): void;
  close(): Promise<void>;
};

const plain = (status: number, message: string, requestId: string): LocalResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, connection: 'close' },
  body: JSON.stringify({ message }),
});

const NO_SERVICE = 'No service of the local AWS has this address.';

/** Where nobody asked IAM, whoever signs could do everything: that is found out at the start, not by a stranger. */
function checkAsks({ name, asks }: Service): void {
  if (typeof asks === 'function' || asks === 'by_itself') return;
  throw new TypeError(
    `Service "${name}" does not say who asks IAM. Give it asks: a function that names its actions, or 'by_itself'.`,
  );
}

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

/**
 * Listens on 127.0.0.1.
 * @param port - 0 takes a free one.
 * @throws LoadError `port_taken`.
 */
export async function openEndpoint(port: number, options: EndpointOptions): Promise<Endpoint> {
  const services: Service[] = [];
  const server = loopbackServer(options.patience);
  const ownPort = await listen(server, port);

  const find = (head: RequestHead) => services.find((candidate) => candidate.matches(head));

  async function serveOne(work: Work): Promise<LocalResponse | undefined> {
    const { start } = work;
    const service = find(start);
    const anyOrigin = service?.openToOrigins?.(start) === true;
    const refused = checkDoor(start, ownPort) ?? (anyOrigin ? undefined : checkOrigin(start, ownPort));
    if (refused !== undefined) return plain(refused.status, refused.message, start.requestId);
    if (service === undefined) return plain(404, NO_SERVICE, start.requestId);
    return answer(work, service, options);
  }

  async function respond(
    request: IncomingMessage,
    response: ServerResponse,
    waitsForContinue: boolean,
  ): Promise<void> {
    const start = { ...headOf(request), requestId: randomUUID(), signal: signalOf(response) };
    let held = waitsForContinue;
    const sayContinue = () => {
      if (held) response.writeContinue();
      held = false;
    };
    try {
      const result = await serveOne({ request, start, sayContinue });
      if (result === undefined) return;
      await writeResponse(response, result);
    } catch (error) {
      options.onError(error, `${start.method} ${start.path}`);
      if (response.headersSent) response.destroy();
      else await writeResponse(response, plain(500, 'Internal server error.', start.requestId));
    }
  }

  async function decideUpgrade(
    request: IncomingMessage,
    signal: AbortSignal,
  ): Promise<Result<(upgrade: Upgrade) => void, LocalResponse>> {
    const start = { ...headOf(request), requestId: randomUUID(), signal };
    const refused = checkDoor(start, ownPort) ?? checkOrigin(start, ownPort);
    if (refused !== undefined) return err(plain(refused.status, refused.message, start.requestId));
    const service = find(start);
    if (!service?.upgrade || !isWebSocketHandshake(request)) {
      return err(plain(404, NO_SERVICE, start.requestId));
    }
    try {
      return await service.upgrade(start);
    } catch (error) {
      options.onError(error, `${start.method} ${start.path}`);
      return err(plain(500, 'Internal server error.', start.requestId));
    }
  }

  const upgrades = createUpgrades(decideUpgrade);
  server.on('upgrade', upgrades.take);
  // Should even the answer of last resort fail, one connection ends, and not the server.
  const onRequest = (waits: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    respond(request, response, waits).catch(() => response.destroy());
  };
  server.on('request', onRequest(false));
  server.on('checkContinue', onRequest(true));
  return {
    url: `http://127.0.0.1:${ownPort}`,
    port: ownPort,
    serve: (more) => {
      more.forEach(checkAsks);
      services.push(...more);
    },
    close() {
      upgrades.closeAll();
      return closeServer(server);
    },
  };
}
