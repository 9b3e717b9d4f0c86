/**
 * Requests to authorization servers. A provider's addresses are configuration, but what is behind them is not trusted:
 * https, or http to a loopback IP; no redirect, so a credential goes to the address that was configured and nowhere
 * else; bounded in time and size.
 */
import { err, isJsonObject, type JsonObject, ok, type Result } from '@secure-agent/contracts';

export type GuardedFetchOptions = {
  readonly fetch: typeof globalThis.fetch;
  /** For the whole exchange, milliseconds. 5 seconds unless told. */
  readonly timeoutMs?: number;
  /** Largest answer, bytes. 256 KiB unless told. */
  readonly maxBytes?: number;
};

/** `bad_address`: refused before anything was sent. `no_answer`: none in time, a redirect, too large, or not JSON. */
export type GuardedFetchError = 'bad_address' | 'no_answer';

export type JsonAnswer = { readonly status: number; readonly body: JsonObject };

export type GuardedFetch = (
  url: string,
  init?: {
    readonly method: 'POST';
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
  },
) => Promise<Result<JsonAnswer, GuardedFetchError>>;

const LOOPBACK = /^(127(\.[0-9]{1,3}){3}|\[::1\])$/;
const IP_LITERAL = /^(\[.*\]|[0-9]{1,3}(\.[0-9]{1,3}){3})$/;

/**
 * Whether a URL may be asked, or a browser be sent to it: https to a named host, or http to a loopback IP literal.
 * `localhost` is a name: what it resolves to is the machine's choice.
 */
export function isSafeAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  if (url.protocol === 'http:') return LOOPBACK.test(url.hostname);
  return url.protocol === 'https:' && !IP_LITERAL.test(url.hostname);
}

async function readAtMost(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseObject(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a fetch of JSON objects. An error answer without a JSON object has an empty one: its status is what counts. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { fetch, timeoutMs = 5000, maxBytes = 256 * 1024 } = options;
  return async (url, init) => {
    if (!isSafeAddress(url)) return err('bad_address');
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const headers = { accept: 'application/json', ...init?.headers };
      const response = await fetch(url, { ...init, headers, redirect: 'error', signal });
      const bytes = await readAtMost(response, maxBytes);
      const body = bytes && parseObject(bytes);
      if (body !== undefined) return ok({ status: response.status, body });
      return bytes !== undefined && !response.ok
        ? ok({ status: response.status, body: {} })
        : err('no_answer');
    } catch {
      return err('no_answer');
    }
  };
}
