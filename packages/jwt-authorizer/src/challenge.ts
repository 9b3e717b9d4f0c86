/**
 * Refusals as the two doors say them (RFC 6750 section 3, RFC 9728 section 5.1), in the shapes of the live services.
 * Sources: AgentCore devguide runtime-oauth and gateway-inbound-auth, and captures of both. Where AWS's text is not
 * known, the door says `INVALID` and no more: the reason is for the log.
 */
import { quotedString } from './quoted-string.ts';
import type { Refusal } from './refusal.ts';

/** An HTTP answer; header names are lower-case. */
export type ChallengeResponse = {
  readonly status: 400 | 401 | 403;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type ChallengeOptions = {
  /** Where the protected resource metadata is (RFC 9728). From configuration, never from the request's Host. */
  readonly resourceMetadataUrl: string;
  /** Scopes to ask for, as {@link advertisedScopes} gives them. Empty: none is named. */
  readonly scopes: readonly string[];
};

/** What is told apart on the wire: the runtime's status and text, the gateway's error code. */
type Wire = {
  readonly runtime: { readonly status: 400 | 401 | 403; readonly message: string };
  readonly gateway: 'invalid_request' | 'invalid_token' | 'insufficient_scope';
};

const INVALID = 'Invalid Bearer token';
const METHOD_MISMATCH =
  'Authorization method mismatch. The agent is configured for a different authorization method than what was used ' +
  "in your request. Check the agent's authorization configuration and ensure your request uses the matching method " +
  '(OAuth or SigV4)';

const unauthorized = (message: string): Wire => ({
  runtime: { status: 401, message },
  gateway: 'invalid_token',
});
const mismatch = (claim: string) => unauthorized(`Claim '${claim}' value mismatch with configuration.`);

/** The one place where a reason becomes a status and a text. */
function wireOf({ reason, detail }: Refusal): Wire {
  switch (reason) {
    case 'missing_token':
      return unauthorized('Missing Authentication Token');
    case 'duplicate_header':
      return {
        runtime: { status: 400, message: 'More than one Authorization header' },
        gateway: 'invalid_request',
      };
    case 'method_mismatch':
      return { runtime: { status: 403, message: METHOD_MISMATCH }, gateway: 'invalid_token' };
    case 'malformed_token':
      return detail === 'unparsable'
        ? {
            runtime: { status: 403, message: 'OAuth authorization failed: Failed to parse token' },
            gateway: 'invalid_token',
          }
        : unauthorized(INVALID);
    case 'expired':
      return unauthorized('Token has expired');
    case 'audience_mismatch':
      return mismatch('aud');
    case 'client_mismatch':
      return mismatch('client_id');
    case 'claim_mismatch':
      return unauthorized('Authorization denied');
    case 'insufficient_scope':
      return { ...mismatch('scope'), gateway: 'insufficient_scope' };
    case 'too_large':
    case 'algorithm':
    case 'token_type':
    case 'unknown_key':
    case 'keys_unavailable':
    case 'signature':
    case 'issuer_mismatch':
    case 'not_yet_valid':
    case 'lifetime_too_long':
    case 'malformed_claim':
    case 'subject_missing':
    case 'sender_constrained':
      return unauthorized(INVALID);
    default:
      return reason satisfies never;
  }
}

function bearerChallenge(
  error: string | undefined,
  { resourceMetadataUrl, scopes }: ChallengeOptions,
  scopeFirst: boolean,
): string {
  const scope = scopes.length === 0 ? [] : [`scope=${quotedString(scopes.join(' '))}`];
  const metadata = `resource_metadata=${quotedString(resourceMetadataUrl)}`;
  const parameters = scopeFirst ? [...scope, metadata] : [metadata, ...scope];
  return `Bearer ${[...(error === undefined ? [] : [`error=${quotedString(error)}`]), ...parameters].join(', ')}`;
}

const JSON_TYPE = { 'content-type': 'application/json' };

const ERROR_TYPE = {
  400: 'ValidationException',
  401: 'UnauthorizedException',
  403: 'AccessDeniedException',
} as const;

/**
 * A refusal at a runtime's front door. The live 401 is a JSON-RPC error without an id, on an HTTP runtime too, and its
 * challenge has no `error`.
 */
export function runtimeChallenge(refusal: Refusal, options: ChallengeOptions): ChallengeResponse {
  const { status, message } = wireOf(refusal).runtime;
  const headers = { ...JSON_TYPE, 'x-amzn-errortype': ERROR_TYPE[status] };
  if (status !== 401) return { status, headers, body: JSON.stringify({ message }) };
  return {
    status,
    headers: { ...headers, 'www-authenticate': bearerChallenge(undefined, options, false) },
    body: JSON.stringify({ jsonrpc: '2.0', error: { code: -32001, message } }),
  };
}

/** Codes as AgentCore's MCP surface pairs them with a status; -32600 is JSON-RPC's own invalid request. */
const GATEWAY = {
  invalid_request: { status: 400, code: -32600, message: 'More than one Authorization header' },
  invalid_token: { status: 401, code: -32001, message: INVALID },
  insufficient_scope: { status: 403, code: -32002, message: 'Insufficient scope' },
} as const;

/** A refusal at a gateway. The live 401 has the id 0, whatever the request's was, and names an error even without a token. */
export function gatewayChallenge(refusal: Refusal, options: ChallengeOptions): ChallengeResponse {
  const error = wireOf(refusal).gateway;
  const { status, code, message } = GATEWAY[error];
  return {
    status,
    headers: { ...JSON_TYPE, 'www-authenticate': bearerChallenge(error, options, true) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, error: { code, message } }),
  };
}
