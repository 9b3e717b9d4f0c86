/**
 * Issuers on a loopback port, as many as a test wants: each pool has discovery and keys of its own, which the test writes
 * and takes away, and a list of what was asked for.
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** JSON, or an answer of its own. */
export type Page = object | ((response: ServerResponse) => void);

export type Pool = {
  readonly issuer: string;
  readonly discoveryUrl: string;
  readonly jwksUrl: string;
  /** What is there now: the discovery document and the key set. */
  discovery: Page;
  keys: Page;
  /** Publishes these keys and no other. */
  publish(...jwks: readonly object[]): void;
  /** Takes the key set away; discovery stays. */
  takeDown(): void;
  /** Paths below the issuer that were asked for, oldest first. */
  readonly asked: string[];
};

export type Issuers = {
  readonly origin: string;
  /** A new issuer; nothing is shared with another one but the port. */
  pool(...jwks: readonly object[]): Pool;
  close(): Promise<void>;
};

/** Listens on a free loopback port. */
export async function listen(listener: RequestListener): Promise<{ server: Server; port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** Closes a listener and every connection to it. */
export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const DISCOVERY = '/.well-known/openid-configuration';
const JWKS = '/.well-known/jwks.json';

export const notThere: Page = (response) => {
  response.writeHead(500).end('down');
};

function answer(page: Page, response: ServerResponse): void {
  if (typeof page === 'function') page(response);
  else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
}

export async function startIssuers(): Promise<Issuers> {
  const pools: Pool[] = [];
  const { server, port } = await listen((request, response) => {
    const [, index = '', path = ''] = /^\/pools\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const pool = pools[Number(index)];
    pool?.asked.push(path);
    const page = path === DISCOVERY ? pool?.discovery : path === JWKS ? pool?.keys : undefined;
    if (page === undefined) response.writeHead(404).end();
    else answer(page, response);
  });
  const origin = `http://127.0.0.1:${port}`;

  function makePool(...jwks: readonly object[]): Pool {
    const issuer = `${origin}/pools/${pools.length}`;
    const pool: Pool = {
      issuer,
      discoveryUrl: `${issuer}${DISCOVERY}`,
      jwksUrl: `${issuer}${JWKS}`,
      discovery: { issuer, jwks_uri: `${issuer}${JWKS}` },
      keys: { keys: jwks },
      publish: (...next) => {
        pool.keys = { keys: next };
      },
      takeDown: () => {
        pool.keys = notThere;
      },
      asked: [],
    };
    pools.push(pool);
    return pool;
  }
  return { origin, pool: makePool, close: () => closeServer(server) };
}

/** A listener that nobody should ever ask: the attacker's host. */
export type Attacker = {
  readonly url: string;
  /** `METHOD path` of every request. */
  readonly hits: string[];
  close(): Promise<void>;
};

/** @param page - what it answers to whoever asks. */
export async function startAttacker(page: object): Promise<Attacker> {
  const hits: string[] = [];
  const { server, port } = await listen((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    answer(page, response);
  });
  return { url: `http://127.0.0.1:${port}`, hits, close: () => closeServer(server) };
}
