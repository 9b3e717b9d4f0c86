/** Who a door admits. Both authorizers, the agent and the request interceptor are rendered from one of these each. */
import { ACCESS_TOKEN_CLAIM, DISCOVERY_SUFFIX } from '@secure-agent/contracts';

/** Callers that a door admits: holders of an access token of this issuer, for one of these clients, with this scope. */
export type Callers = {
  /** Issuer of the tokens, no slash at its end. */
  readonly issuer: string;
  /** Client ids. A Cognito access token carries `client_id` and no `aud`, so this is the list that decides. */
  readonly clientIds: readonly string[];
  /** The scope that every admitted token carries. */
  readonly scope: string;
};

/** Where a provider publishes its keys (OpenID Connect Discovery 1.0 section 4). */
export const discoveryUrl = (callers: Pick<Callers, 'issuer'>): string =>
  `${callers.issuer}${DISCOVERY_SUFFIX}`;

/**
 * The claim that tells an access token from an ID token. An ID token of the same pool has a valid signature and issuer;
 * clients and scope already keep it out, this says so.
 */
export const TOKEN_USE = {
  name: ACCESS_TOKEN_CLAIM.inboundTokenClaimName,
  value: ACCESS_TOKEN_CLAIM.authorizingClaimMatchValue.claimMatchValue.matchValueString,
} as const;

/** The same rule for code: the variables of `agentEnvironment` and `requestInterceptorEnvironment`. */
export const jwtVariables = (
  callers: Callers,
): Record<'JWT_DISCOVERY_URL' | 'JWT_ALLOWED_CLIENTS' | 'JWT_ALLOWED_SCOPES', string> => ({
  JWT_DISCOVERY_URL: discoveryUrl(callers),
  JWT_ALLOWED_CLIENTS: callers.clientIds.join(','),
  JWT_ALLOWED_SCOPES: callers.scope,
});
