/**
 * Who may knock at the endpoint at all. It listens on loopback only, but a page in a browser on this machine reaches
 * loopback too: by DNS rebinding (Host), by a cross-site request (Origin, Sec-Fetch-Site).
 */
import type { RequestHead } from '../ports.ts';

export type DoorRefusal = { readonly status: 400 | 403; readonly message: string };

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Values of a header in the order sent; Node's own map joins or drops duplicates. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const sent = rawHeaders[at] ?? '';
    // Lengths first: most headers are others, and a name keeps its length in lower case.
    if (sent.length === name.length && sent.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/** Whether a text is a name of this machine and the endpoint's port. */
function isOwnHost(text: string, port: number): boolean {
  const colon = text.lastIndexOf(':');
  return LOOPBACK_NAMES.has(text.slice(0, colon).toLowerCase()) && text.slice(colon + 1) === String(port);
}

const SCHEME = 'http://';
const isOwnOrigin = (origin: string, port: number): boolean =>
  origin.slice(0, SCHEME.length).toLowerCase() === SCHEME && isOwnHost(origin.slice(SCHEME.length), port);

/**
 * Checks that a request was meant for this endpoint and is framed in the one way that everybody reads alike.
 * @param port - the endpoint's own port: Host must name it.
 * @returns undefined when the request may come in.
 */
export function checkDoor(head: RequestHead, port: number): DoorRefusal | undefined {
  const [host = '', ...otherHosts] = headerValues(head.rawHeaders, 'host');
  if (otherHosts.length > 0 || !isOwnHost(host, port)) {
    return { status: 403, message: 'Host is not a loopback name and port of this endpoint.' };
  }
  if (!head.path.startsWith('/')) {
    return { status: 400, message: 'The request target must be a path.' };
  }
  const [coding = 'chunked', ...otherCodings] = headerValues(head.rawHeaders, 'transfer-encoding');
  if (otherCodings.length > 0 || coding.toLowerCase() !== 'chunked') {
    return { status: 400, message: 'Transfer coding is not supported.' };
  }
  return undefined;
}

/**
 * Checks that no page of another origin sent a request.
 * @returns undefined when it comes from this origin, or from no page at all.
 */
export function checkOrigin({ rawHeaders }: RequestHead, port: number): DoorRefusal | undefined {
  if (headerValues(rawHeaders, 'origin').some((origin) => !isOwnOrigin(origin, port))) {
    return { status: 403, message: 'Requests of another origin are refused.' };
  }
  if (headerValues(rawHeaders, 'sec-fetch-site').some((site) => /cross-site/i.test(site))) {
    return { status: 403, message: 'Cross-site requests are refused.' };
  }
  return undefined;
}
