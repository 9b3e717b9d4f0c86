/**
 * The credential of a WebSocket handshake. A browser can set no header but `Sec-WebSocket-Protocol`, so the token may be
 * there. Source: AWS's own runtime client, which offers `base64UrlBearerAuthorization.<base64url token>` beside
 * `base64UrlBearerAuthorization`, the protocol that the server then chooses.
 */
import type { RequestStart } from '../ports.ts';
import { headerValues } from './headers.ts';

export const BEARER_PROTOCOL = 'base64UrlBearerAuthorization';
const PREFIX = `${BEARER_PROTOCOL}.`;

/** Sub-protocols that a handshake offers, in order (RFC 6455 section 11.3.4: lines may be joined). */
const offered = (rawHeaders: readonly string[]): string[] =>
  headerValues(rawHeaders, 'sec-websocket-protocol')
    .flatMap((value) => value.split(','))
    .map((value) => value.trim());

/** A text that is not the one base64url spelling of something is no token: the empty one is refused later. */
function decode(text: string): string {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes.toString('latin1') : '';
}

/**
 * The request with its token where every other request has it. One in each place, or two in one, stay two: the
 * authorizer refuses both.
 */
export function withBearerOfProtocol<T extends RequestStart>(start: T): T {
  const tokens = offered(start.rawHeaders).filter((protocol) => protocol.startsWith(PREFIX));
  const added = tokens.flatMap((token) => ['Authorization', `Bearer ${decode(token.slice(PREFIX.length))}`]);
  return added.length === 0 ? start : { ...start, rawHeaders: [...start.rawHeaders, ...added] };
}
