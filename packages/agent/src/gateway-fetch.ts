/** The only place that holds a caller's token: a fetch that sends it to the gateway and nowhere else. */

import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import { GATEWAY_PAYLOAD_LIMIT_BYTES } from '@secure-agent/contracts';
import { AgentFailure } from './failure.ts';

export type GatewayFetchOptions = {
  /** The bearer token. It stays in the closure: no object that can be printed or serialized has it. */
  readonly token: string;
  /** `exp` of the token, seconds since 1970. */
  readonly expiresAt: number;
  readonly gatewayUrl: URL;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** The request had been accepted: as a 403 the platform would make a 424 of it, without these words. */
function expired(): AgentFailure {
  return new AgentFailure('token_refused', {
    status: 200,
    message: 'The access token expired before the work was done.',
    reason: 'expired',
  });
}

/** Stops a response that grows past the largest one a gateway sends. */
function limited(response: Response): Response {
  if (response.body === null) return response;
  let bytes = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= GATEWAY_PAYLOAD_LIMIT_BYTES) controller.enqueue(chunk);
      else {
        const message = 'The gateway sent more than a gateway may send.';
        controller.error(new AgentFailure('gateway_unreachable', { message }));
      }
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counter), { status, statusText, headers });
}

/**
 * Makes the fetch for one caller's requests to one gateway.
 *
 * It refuses any other URL and any redirect, checks the token's end before every request, and answers the transport's
 * GET (a stream of requests from server to client, which this agent does not take) with 405 without asking.
 */
export function createGatewayFetch(options: GatewayFetchOptions): FetchLike {
  const { token, expiresAt, gatewayUrl, now } = options;
  return async (url, init) => {
    if (new URL(url).href !== gatewayUrl.href) throw new TypeError('not the gateway');
    if (init?.method === 'GET') return new Response(null, { status: 405 });
    if (now() / 1000 >= expiresAt) throw expired();
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return limited(await options.fetch(gatewayUrl, { ...init, headers, redirect: 'error' }));
  };
}
