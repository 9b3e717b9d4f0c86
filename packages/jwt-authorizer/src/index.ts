/** Header to identity or challenge: one implementation behind both doors, the interceptor and the agent's own check. */
export { createJwtAuthorizer, type JwtAuthorizer, type JwtAuthorizerOptions } from './authorizer.ts';
export { extractBearer, extractBearerFromHeader } from './bearer.ts';
export {
  type ChallengeOptions,
  type ChallengeResponse,
  gatewayChallenge,
  runtimeChallenge,
} from './challenge.ts';
export { CLOCK_SKEW_SECONDS, MAX_TOKEN_SECONDS, type VerifiedToken } from './claims.ts';
export { REFUSAL_REASONS, type Refusal, type RefusalDetail, type RefusalReason } from './refusal.ts';
export {
  advertisedScopes,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
} from './resource-metadata.ts';
