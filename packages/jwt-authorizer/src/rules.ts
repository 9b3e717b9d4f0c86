/**
 * The configured rules: all of them must hold, and within one list any entry is enough.
 * Source: AgentCore devguide inbound-jwt-authorizer.
 */
import type { CustomClaim, Json, JwtAuthorizerConfig } from '@secure-agent/contracts';
import type { VerifiedToken } from './claims.ts';
import type { Refusal } from './refusal.ts';

const anyOf = (allowed: readonly string[], values: readonly Json[]): boolean =>
  values.some((value) => typeof value === 'string' && allowed.includes(value));

/** A value of another JSON type never matches: `"managers"` is not `["managers"]`. */
function claimHolds(rule: CustomClaim, value: Json | undefined): boolean {
  if (rule.inboundTokenClaimValueType === 'STRING') {
    return value === rule.authorizingClaimMatchValue.claimMatchValue.matchValueString;
  }
  const match = rule.authorizingClaimMatchValue;
  const allowed =
    match.claimMatchOperator === 'CONTAINS'
      ? [match.claimMatchValue.matchValueString]
      : match.claimMatchValue.matchValueStringList;
  return Array.isArray(value) && anyOf(allowed, value);
}

/**
 * Checks an identity against the configuration. Scopes come last: `insufficient_scope` says that all else was right.
 * @returns the first rule that does not hold, or undefined.
 */
export function checkRules(config: JwtAuthorizerConfig, token: VerifiedToken): Refusal | undefined {
  const { allowedAudience, allowedClients, allowedScopes, customClaims = [] } = config;
  const audience = token.claims['aud'];
  if (allowedAudience !== undefined && !anyOf(allowedAudience, [audience ?? null].flat())) {
    return { reason: 'audience_mismatch', detail: 'claim aud' };
  }
  if (allowedClients !== undefined && !anyOf(allowedClients, [token.clientId ?? null])) {
    return { reason: 'client_mismatch', detail: 'claim client_id' };
  }
  const unmet = customClaims.find((rule) => !claimHolds(rule, token.claims[rule.inboundTokenClaimName]));
  if (unmet !== undefined) {
    return { reason: 'claim_mismatch', detail: `claim ${unmet.inboundTokenClaimName}` };
  }
  if (allowedScopes !== undefined && !anyOf(allowedScopes, token.scopes)) {
    return { reason: 'insufficient_scope', detail: 'claim scope' };
  }
  return undefined;
}
