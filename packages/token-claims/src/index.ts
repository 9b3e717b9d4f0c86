/** Cognito pre-token-generation trigger: groups to scopes, attributes to claims. */
export {
  type AccessTokenChanges,
  accessTokenChanges,
  type GroupScopes,
  TokenClaimsError,
  type TokenClaimsErrorCode,
  withTokenClaims,
} from './token-claims.ts';
