/**
 * A custom JWT authorizer, the same for a runtime and for a gateway.
 * Patterns and limits: API_CustomJWTAuthorizerConfiguration and devguide inbound-jwt-authorizer.
 */
import { z } from 'zod';

const list = z.array(z.string().min(1).max(255)).min(1);
const matchValue = z.string().regex(/^[A-Za-z0-9_.-]{1,255}$/, 'holds a character that match values cannot');

const claimName = z.string().regex(/^[A-Za-z0-9_.:-]{1,255}$/);

const customClaim = z.discriminatedUnion('inboundTokenClaimValueType', [
  z.strictObject({
    inboundTokenClaimName: claimName,
    inboundTokenClaimValueType: z.literal('STRING'),
    authorizingClaimMatchValue: z.strictObject({
      claimMatchOperator: z.literal('EQUALS'),
      claimMatchValue: z.strictObject({ matchValueString: matchValue }),
    }),
  }),
  z.strictObject({
    inboundTokenClaimName: claimName,
    inboundTokenClaimValueType: z.literal('STRING_ARRAY'),
    authorizingClaimMatchValue: z.discriminatedUnion('claimMatchOperator', [
      z.strictObject({
        claimMatchOperator: z.literal('CONTAINS'),
        claimMatchValue: z.strictObject({ matchValueString: matchValue }),
      }),
      z.strictObject({
        claimMatchOperator: z.literal('CONTAINS_ANY'),
        claimMatchValue: z.strictObject({ matchValueStringList: z.array(matchValue).min(1) }),
      }),
    ]),
  }),
]);

export const DISCOVERY_SUFFIX = '/.well-known/openid-configuration';

const oneOf = ['allowedAudience', 'allowedClients', 'allowedScopes', 'customClaims'] as const;

/** Everything configured must hold (AND); within one list any entry is enough, except as `customClaims` says. */
export const jwtAuthorizerConfig = z
  .strictObject({
    discoveryUrl: z
      .string()
      .regex(/^.+\/\.well-known\/openid-configuration$/, `must end in ${DISCOVERY_SUFFIX}`),
    allowedAudience: list.optional(),
    allowedClients: list.optional(),
    allowedScopes: z
      .array(
        z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,255}$/, 'is not a scope token (RFC 6749 section 3.3)'),
      )
      .min(1)
      .optional(),
    advertisedScopeMapping: z.record(z.string(), z.string()).optional(),
    customClaims: z.array(customClaim).min(1).optional(),
  })
  .refine((config) => oneOf.some((key) => config[key] !== undefined), {
    error: `at least one of ${oneOf.join(', ')} is required`,
  });

/** The rule that tells an access token from an ID token of the same issuer (`token_use`, as Cognito has it). */
export const ACCESS_TOKEN_CLAIM = {
  inboundTokenClaimName: 'token_use',
  inboundTokenClaimValueType: 'STRING',
  authorizingClaimMatchValue: {
    claimMatchOperator: 'EQUALS',
    claimMatchValue: { matchValueString: 'access' },
  },
} as const satisfies CustomClaim;

export type JwtAuthorizerConfig = z.infer<typeof jwtAuthorizerConfig>;
export type CustomClaim = z.infer<typeof customClaim>;

/** The issuer that a discovery URL speaks for (OpenID Connect Discovery 1.0 section 4). */
export const issuerOfDiscoveryUrl = (discoveryUrl: string): string =>
  discoveryUrl.slice(0, -DISCOVERY_SUFFIX.length);
