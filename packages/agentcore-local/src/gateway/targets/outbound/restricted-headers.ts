/**
 * Headers that no target may be configured to take over. Source: AgentCore devguide, gateway-headers, "Header
 * restrictions"; one line per group of that page.
 */
const NAMES = `
  authorization proxy-authorization www-authenticate
  accept accept-charset accept-encoding accept-language content-type content-length content-encoding content-language content-location content-range
  cache-control etag expires if-match if-modified-since if-none-match if-range if-unmodified-since last-modified pragma vary
  connection keep-alive proxy-connection upgrade
  host user-agent referer from origin
  range accept-ranges transfer-encoding te trailer
  server date location retry-after
  set-cookie cookie
  content-security-policy content-security-policy-report-only strict-transport-security x-content-type-options x-frame-options x-xss-protection referrer-policy permissions-policy cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy
  access-control-allow-origin access-control-allow-methods access-control-allow-headers access-control-allow-credentials access-control-expose-headers access-control-max-age access-control-request-method access-control-request-headers
  accept-ch accept-ch-lifetime dpr width viewport-width downlink ect rtt save-data
  clear-site-data feature-policy expect-ct public-key-pins public-key-pins-report-only
  via forwarded x-forwarded-for x-forwarded-host x-forwarded-proto x-real-ip x-requested-with x-csrf-token
  true-client-ip x-client-ip x-cluster-client-ip x-originating-ip x-source-ip x-original-url x-original-host x-rewrite-url
  cf-ray cf-connecting-ip x-cache x-served-by
  link
  sec-websocket-key sec-websocket-accept sec-websocket-version sec-websocket-protocol sec-websocket-extensions
`;

const RESTRICTED: ReadonlySet<string> = new Set(NAMES.split(/\s+/).filter((name) => name !== ''));

const CUSTOM_PREFIX = 'x-amzn-bedrock-agentcore-runtime-custom-';

/**
 * Whether a header may not be propagated.
 * @param name - lower case.
 */
export const isRestricted = (name: string): boolean =>
  RESTRICTED.has(name) ||
  name.startsWith('x-amz-') ||
  (name.startsWith('x-amzn-') && !name.startsWith(CUSTOM_PREFIX));

/** Headers that describe a message or its connection: what would frame the request anew comes from the gateway alone. */
const FRAMING: ReadonlySet<string> = new Set(
  (
    'authorization proxy-authorization cookie host connection keep-alive proxy-connection upgrade te trailer expect ' +
    'transfer-encoding content-length content-encoding content-type accept accept-encoding'
  ).split(' '),
);

/**
 * Whether an API description may not make a header a parameter of an operation.
 * @param name - lower case.
 */
export const isFraming = (name: string): boolean =>
  FRAMING.has(name) || name.startsWith('x-amz-') || name.startsWith('sec-');
