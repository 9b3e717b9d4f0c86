/** One bounded GET of a JSON object. */
import { err, type JsonObject, ok, type Result } from '@secure-agent/contracts';
import { parseJsonObject } from './json-object.ts';

export type FetchJsonOptions = {
  readonly fetch: typeof globalThis.fetch;
  /** For the whole exchange, milliseconds. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
};

async function readAtMost(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Fetches a JSON object. A redirect is an error: it would let a document name keys of another origin.
 * @returns `no_answer` when there was none in time, its status was not 200 or its body was too large; `not_json` when
 * the body is not one JSON object.
 */
export async function fetchJson(
  url: string,
  { fetch, timeoutMs, maxBytes }: FetchJsonOptions,
): Promise<Result<JsonObject, 'no_answer' | 'not_json'>> {
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return err('no_answer');
    }
    const bytes = await readAtMost(response, maxBytes);
    if (bytes === undefined) return err('no_answer');
    const json = parseJsonObject(bytes);
    return json === undefined ? err('not_json') : ok(json);
  } catch {
    return err('no_answer');
  }
}
