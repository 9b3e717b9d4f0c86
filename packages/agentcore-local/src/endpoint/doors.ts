/**
 * Who may knock at the endpoint at all. It listens on loopback only, but a page in a browser on this machine reaches
 * loopback too: by DNS rebinding (Host), by a cross-site request (Origin, Sec-Fetch-Site).
 */
import type { RequestHead } from '../ports.ts';

export type DoorRefusal = { readonly status: 400 | 403; readonly message: string };

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Values of a header in the order sent; Node's own map joins or drops duplicates. */
export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/**
 * Checks where a request comes from.
 * @param port - the endpoint's own port: Host must name it.
 * @returns undefined when the request may come in.
 */
export function checkDoor(head: RequestHead, port: number): DoorRefusal | undefined {
  const hosts = headerValues(head.rawHeaders, 'host');
  const known = LOOPBACK_NAMES.map((name) => `${name}:${port}`);
  if (hosts.length !== 1 || !known.includes(hosts[0]?.toLowerCase() ?? '')) {
    return { status: 403, message: 'Host is not a loopback name and port of this endpoint.' };
  }
  const origins = headerValues(head.rawHeaders, 'origin');
  const ownOrigins = known.map((host) => `http://${host}`);
  if (origins.some((origin) => !ownOrigins.includes(origin.toLowerCase()))) {
    return { status: 403, message: 'Requests of another origin are refused.' };
  }
  if (head.headers['sec-fetch-site'] === 'cross-site') {
    return { status: 403, message: 'Cross-site requests are refused.' };
  }
  const codings = headerValues(head.rawHeaders, 'transfer-encoding');
  if (codings.some((coding) => coding.toLowerCase() !== 'chunked')) {
    return { status: 400, message: 'Transfer coding is not supported.' };
  }
  return undefined;
}
