/** A received request as its sender signed it. */
import { HttpRequest } from '@smithy/protocol-http';
import type { RequestHead } from '../ports.ts';

/**
 * The headers that a signature names, by lower-case name.
 * @returns undefined when one is not there or is there twice: the text that was signed would be a guess.
 */
export function pickHeaders(
  rawHeaders: readonly string[],
  names: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const picked: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!names.includes(name)) continue;
    if (picked[name] !== undefined) return undefined;
    picked[name] = rawHeaders[index + 1] ?? '';
  }
  return names.every((name) => picked[name] !== undefined) ? picked : undefined;
}

/**
 * Splits a query without the plus-for-space rule of forms, which signatures do not know.
 * @returns undefined for a broken percent sequence.
 */
function parseQuery(search: string): Record<string, string | string[]> | undefined {
  const values = new Map<string, string[]>();
  try {
    for (const pair of search.split('&').filter((part) => part !== '')) {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
      const key = decodeURIComponent(name);
      values.set(key, [...(values.get(key) ?? []), decodeURIComponent(value)]);
    }
  } catch {
    return undefined;
  }
  return Object.fromEntries(
    Array.from(values, ([key, all]) => [key, all.length === 1 ? String(all[0]) : all]),
  );
}

/**
 * Rebuilds the request that was signed. The path stays percent-encoded: clients sign the encoded path, and the signer
 * encodes it once more, as every service but S3 wants it.
 */
export function signedRequest(
  head: RequestHead,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): HttpRequest | undefined {
  const query = parseQuery(head.search);
  if (query === undefined) return undefined;
  return new HttpRequest({ method: head.method, path: head.path, query, headers: { ...headers }, body });
}
