/** A small authorization server: discovery, keys, a page that consents at once, and a token endpoint that keeps what it was sent. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, importJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll } from 'vitest';
import { challengeOf } from '../../src/vault/consent-sessions.ts';

export type TokenCall = {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
};

type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
};

type SignOptions = {
  /** Seconds from now; null for a token that never ends. */
  readonly expires?: number | null;
  /** RS256 unless told; the key is the same. */
  readonly alg?: 'RS256' | 'PS256';
};

export type AuthorizationServer = {
  readonly url: string;
  readonly discoveryUrl: string;
  /** What the token endpoint was sent, in order. */
  readonly calls: TokenCall[];
  /** Requests of any kind. */
  hits(): number;
  /** Answers the next token requests, first come first served; then again tokens `at-1`, `at-2`, … */
  reply(...replies: readonly Reply[]): void;
  /** Seconds that the tokens say they live; undefined leaves it out. */
  expiresIn: number | undefined;
  /** What the consent page sends the browser back with, instead of a code. */
  consentAnswer: Record<string, string> | undefined;
  /** Lets the token endpoint wait. `arrived` resolves when a request is there; it is answered after `release`. */
  hold(): { readonly arrived: Promise<void>; readonly release: () => void };
  /** Members of the discovery document to change. */
  discovery: Record<string, unknown>;
  /** A JWT of this issuer. */
  sign(claims: JWTPayload, options?: SignOptions): Promise<string>;
};

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing.splice(0)) close();
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const send = (response: ServerResponse, { status, body, headers = {} }: Reply): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};

/** Making an RSA key takes longer than most tests: servers share one unless they need their own. */
let shared: ReturnType<typeof generateKeyPair> | undefined;

/**
 * Listens on a free port of 127.0.0.1 until the test file is done.
 * @param ownKey - whether its key differs from every other server's.
 */
export async function openAuthorizationServer({ ownKey = false } = {}): Promise<AuthorizationServer> {
  shared ??= generateKeyPair('RS256', { extractable: true });
  const { publicKey, privateKey } = await (ownKey ? generateKeyPair('RS256', { extractable: true }) : shared);
  const [jwk, privateJwk] = [{ ...(await exportJWK(publicKey)), kid: 'k1' }, await exportJWK(privateKey)];
  const codes = new Map<string, string>();
  const replies: Reply[] = [];
  let held: { readonly arrive: () => void; readonly released: Promise<void> } | undefined;
  let hits = 0;
  let issued = 0;

  const server = createServer((request, response) => {
    hits += 1;
    route(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const self: AuthorizationServer = {
    url,
    discoveryUrl: `${url}/.well-known/openid-configuration`,
    calls: [],
    hits: () => hits,
    reply: (...more) => {
      replies.push(...more);
    },
    hold: () => {
      const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      held = { arrive: arrived.resolve, released: released.promise };
      return { arrived: arrived.promise, release: released.resolve };
    },
    expiresIn: 3600,
    consentAnswer: undefined,
    discovery: {},
    async sign(claims, { expires = 3600, alg = 'RS256' } = {}) {
      const token = new SignJWT({ iss: url, ...claims }).setProtectedHeader({ alg, kid: 'k1' });
      if (expires !== null) token.setExpirationTime(Math.floor(Date.now() / 1000) + expires);
      return token.sign(await importJWK(privateJwk, alg));
    },
  };

  function tokenReply(form: URLSearchParams): Reply {
    const queued = replies.shift();
    if (queued !== undefined) return queued;
    if (form.get('grant_type') === 'authorization_code') {
      const challenge = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      if (challenge === undefined || challengeOf(form.get('code_verifier') ?? '') !== challenge)
        return { status: 400, body: { error: 'invalid_grant' } };
    }
    issued += 1;
    const withRefresh =
      form.get('grant_type') === 'client_credentials' ? {} : { refresh_token: `rt-${issued}` };
    const expires = self.expiresIn === undefined ? {} : { expires_in: self.expiresIn };
    return {
      status: 200,
      body: { access_token: `at-${issued}`, token_type: 'Bearer', ...expires, ...withRefresh },
    };
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname === '/.well-known/openid-configuration') {
      const endpoints = { authorization_endpoint: `${url}/authorize`, token_endpoint: `${url}/token` };
      return send(response, {
        status: 200,
        body: { issuer: url, jwks_uri: `${url}/keys`, ...endpoints, ...self.discovery },
      });
    }
    if (pathname === '/keys') return send(response, { status: 200, body: { keys: [jwk] } });
    if (pathname === '/authorize') {
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      const code = `code-${codes.size}-${hits}`;
      codes.set(code, searchParams.get('code_challenge') ?? '');
      const answer = self.consentAnswer ?? { code };
      for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value);
      if (!back.searchParams.has('state')) back.searchParams.set('state', searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href });
      return void response.end();
    }
    const form = new URLSearchParams(await bodyOf(request));
    self.calls.push({ form, authorization: request.headers.authorization });
    held?.arrive();
    await held?.released;
    send(response, tokenReply(form));
  }

  return self;
}
