/** Which URL may be asked for an issuer's metadata, and what its answer may say. */
import { issuerOfDiscoveryUrl, type JsonObject, ok, type Result } from '@secure-agent/contracts';
import { stringMember } from './json-object.ts';
import { type Refusal, refuse } from './refusal.ts';

const LOOPBACK = /^(127(\.[0-9]{1,3}){3}|\[::1\])$/;
const IP_LITERAL = /^(\[.*\]|[0-9]{1,3}(\.[0-9]{1,3}){3})$/;

/**
 * Checks a discovery URL before anything is fetched from it.
 * @param allowLoopbackHttp - whether `http` is accepted for a loopback address written as an IP literal. `localhost`
 * is a name: what it resolves to is the machine's choice.
 * @throws TypeError naming what is wrong: these URLs come from configuration, not from a caller.
 */
export function checkDiscoveryUrl(discoveryUrl: string, allowLoopbackHttp: boolean): void {
  const problem = (text: string) => new TypeError(`jwt-authorizer: discoveryUrl ${text}`);
  const url = URL.parse(discoveryUrl);
  if (url === null) throw problem('is not a URL');
  if (url.username !== '' || url.password !== '') throw problem('must not hold credentials');
  if (url.search !== '' || url.hash !== '') throw problem('must not hold a query or a fragment');
  if (url.href !== discoveryUrl) throw problem('must be written in its canonical form');
  const loopback = LOOPBACK.test(url.hostname);
  if (url.protocol === 'http:' && loopback && allowLoopbackHttp) return;
  if (url.protocol !== 'https:')
    throw problem('must be https, or http for a loopback IP where that is allowed');
  if (IP_LITERAL.test(url.hostname)) throw problem('must name a host, not an IP address');
}

/** What a discovery document says, once checked. */
export type IssuerMetadata = { readonly issuer: string; readonly jwksUri: string };

/**
 * Checks a discovery document against the URL it came from. The issuer must be the URL's own, with or without a final
 * slash, which OpenID Connect Discovery 1.0 section 4.1 removes when it builds the URL; `jwks_uri` must be on the
 * issuer's origin, or another host's keys would speak for it.
 */
export function readMetadata(document: JsonObject, discoveryUrl: string): Result<IssuerMetadata, Refusal> {
  const expected = issuerOfDiscoveryUrl(discoveryUrl);
  const issuer = stringMember(document, 'issuer');
  const jwksUri = stringMember(document, 'jwks_uri');
  if (issuer === undefined || jwksUri === undefined) return refuse('keys_unavailable', 'discovery_document');
  if (issuer !== expected && issuer !== `${expected}/`)
    return refuse('issuer_mismatch', 'discovery_document');
  const url = URL.parse(jwksUri);
  const sameOrigin =
    url?.origin === new URL(discoveryUrl).origin && url.username === '' && url.password === '';
  return sameOrigin ? ok({ issuer, jwksUri }) : refuse('keys_unavailable', 'jwks_origin');
}
