/** OAuth 2.0 Protected Resource Metadata (RFC 9728), as both doors serve it. */
import type { JwtAuthorizerConfig } from '@secure-agent/contracts';

export type ProtectedResourceMetadata = {
  readonly authorization_servers: readonly string[];
  readonly resource: string;
  readonly scopes_supported?: readonly string[];
};

/** The scopes a door names to clients: the allowed ones, renamed where the configuration says so. */
export function advertisedScopes(config: JwtAuthorizerConfig): readonly string[] {
  const { allowedScopes = [], advertisedScopeMapping = {} } = config;
  return allowedScopes.map((scope) =>
    Object.hasOwn(advertisedScopeMapping, scope) ? (advertisedScopeMapping[scope] ?? scope) : scope,
  );
}

/**
 * The metadata document of a door.
 * @param resource - the door's own URL, from configuration (RFC 9728 section 3.3).
 * @param issuer - of the authorization server.
 * @param scopes - from {@link advertisedScopes}; left out of the document when empty, as AWS does.
 */
export const protectedResourceMetadata = ({
  resource,
  issuer,
  scopes,
}: {
  readonly resource: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
}): ProtectedResourceMetadata => ({
  authorization_servers: [issuer],
  resource,
  ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
});
