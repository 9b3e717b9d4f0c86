/** Where a target may be: https, or http on this machine. An address comes from the stack, never from a call. */
import { GatewayMisconfigured } from '../../misconfigured.ts';

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\])$/;
const IP_LITERAL = /^(?:[\d.]+|\[.*\])$/;

/**
 * Reads the address of a target.
 * @throws GatewayMisconfigured unless it is absolute, without credentials or fragment, and https to a named host or http
 * or https to a loopback literal: another IP literal is a metadata service or a router more often than an API.
 */
export function targetUrl(where: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new GatewayMisconfigured(`${where} must be an absolute URL`);
  if (url.username !== '' || url.password !== '') {
    throw new GatewayMisconfigured(`${where} must not hold credentials`);
  }
  if (url.hash !== '') throw new GatewayMisconfigured(`${where} must not hold a fragment`);
  const loopback = LOOPBACK.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
    throw new GatewayMisconfigured(`${where} must be https, or http to a loopback address`);
  }
  if (!loopback && IP_LITERAL.test(url.hostname)) {
    throw new GatewayMisconfigured(`${where} must name a host, not an IP address`);
  }
  return url;
}
