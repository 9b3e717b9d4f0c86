/** Headers of an answer that somebody else than the gateway wrote: an interceptor, or a target. */

/** Framing belongs to the server, the body is always the gateway's own JSON, and so is the session. */
const OWN_HEADERS = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'keep-alive',
  'mcp-session-id',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
]);
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

type Headers = Readonly<Record<string, string>>;

/** Whether a header can be sent as it is (RFC 9110 section 5). The name in lower case. */
export const isHeader = (name: string, value: string): boolean =>
  HEADER_NAME.test(name) && HEADER_VALUE.test(value);

/** Those that may go out, by lower-case name. */
export function responseHeaders(headers: Headers | null | undefined): Headers {
  const entries = Object.entries(headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => isHeader(name, value) && !OWN_HEADERS.has(name));
  return Object.fromEntries(entries);
}

/** Those of an answer that nobody may take away. */
export const ownHeaders = (headers: Headers | undefined): Headers =>
  Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => OWN_HEADERS.has(name)));
