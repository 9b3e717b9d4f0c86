/** The headers that say how to read a message, each at most once. */
import { err, ok, type Result } from '@secure-agent/contracts';

const SINGLE_HEADERS = [
  'content-type',
  'content-encoding',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
] as const;
type SingleHeader = (typeof SINGLE_HEADERS)[number];

/** By lower-case name; what was not sent is not there. */
export type MessageHeaders = { readonly [name in SingleHeader]?: string };

const KNOWN: ReadonlySet<string> = new Set(SINGLE_HEADERS);
const isSingle = (name: string): name is SingleHeader => KNOWN.has(name);

/**
 * Reads them. Node keeps one of two such headers; which one is not for us to choose.
 * @param rawHeaders - names and values alternating, as sent.
 * @returns the name of one that is there twice as the error.
 */
export function readMessageHeaders(rawHeaders: readonly string[]): Result<MessageHeaders, string> {
  const read: { [name in SingleHeader]?: string } = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!isSingle(name)) continue;
    if (read[name] !== undefined) return err(name);
    read[name] = rawHeaders[at + 1] ?? '';
  }
  return ok(read);
}

const EVENT_STREAM = /(?:^|,)\s*text\/event-stream\s*(?:;|,|$)/i;

/** Whether the client takes an event stream. A header of several values may be several headers (RFC 9110 section 5.3). */
export function acceptsEventStream(rawHeaders: readonly string[]): boolean {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'accept' && EVENT_STREAM.test(rawHeaders[at + 1] ?? ''))
      return true;
  }
  return false;
}
