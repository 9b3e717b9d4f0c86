/** Who may come in, for each authorizer type. */
import { err, ok, type Result } from '@secure-agent/contracts';
import {
  advertisedScopes,
  createJwtAuthorizer,
  extractBearer,
  gatewayChallenge,
  type JwtAuthorizer,
  protectedResourceMetadata,
  type Refusal,
  type VerifiedToken,
} from '@secure-agent/jwt-authorizer';
import type { Clock, GatewayRecord } from '../ports.ts';
import { jwtConfigOf } from './configuration.ts';
import type { Answer } from './exchange.ts';
import type { JsonObject } from './json-rpc.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { metadataUrlOf } from './routes.ts';

/** Why nobody came in: the reason for the log, the answer for the client. */
export type AuthenticationRefusal = { readonly reason: string; readonly answer: Answer };

export type Authenticator = {
  /** The protected resource metadata (RFC 9728); undefined where no bearer token is taken. */
  readonly metadata: JsonObject | undefined;
  /** The caller; undefined is nobody, which only a gateway of type NONE lets in. */
  authenticate(
    rawHeaders: readonly string[],
  ): Promise<Result<VerifiedToken | undefined, AuthenticationRefusal>>;
};

export type AuthenticatorOptions = {
  readonly fetch: typeof fetch;
  readonly now: Clock;
  /** Base URL of the local endpoint. Challenges name it, never the request's Host. */
  readonly endpoint: string;
  readonly verifiedTokenCacheSize: number;
};

function makeAuthorizer(record: GatewayRecord, options: AuthenticatorOptions): JwtAuthorizer {
  const { fetch, now, verifiedTokenCacheSize } = options;
  try {
    return createJwtAuthorizer(jwtConfigOf(record), {
      fetch,
      now,
      allowLoopbackHttp: true,
      verifiedTokenCacheSize,
    });
  } catch (error) {
    if (error instanceof TypeError) throw new GatewayMisconfigured(error.message);
    throw error;
  }
}

function jwtAuthenticator(record: GatewayRecord, options: AuthenticatorOptions): Authenticator {
  const authorizer = makeAuthorizer(record, options);
  const scopes = advertisedScopes(authorizer.config);
  const resourceMetadataUrl = metadataUrlOf(options.endpoint, record.gatewayId);
  const refused = (refusal: Refusal) => {
    const { status, headers, body } = gatewayChallenge(refusal, { resourceMetadataUrl, scopes });
    return err({ reason: refusal.reason, answer: { status, headers, body: JSON.parse(body) } });
  };
  return {
    metadata: {
      ...protectedResourceMetadata({ resource: record.gatewayUrl, issuer: authorizer.issuer, scopes }),
    },
    async authenticate(rawHeaders) {
      const bearer = extractBearer(rawHeaders);
      if (!bearer.ok) return refused(bearer.error);
      const verified = await authorizer.authorize(bearer.value);
      return verified.ok ? verified : refused(verified.error);
    },
  };
}

const anyone: Authenticator = { metadata: undefined, authenticate: async () => ok(undefined) };

const nobody = (authorizerType: string): Authenticator => ({
  metadata: undefined,
  authenticate: async () =>
    err({
      reason: 'authorizer_unsupported',
      answer: {
        status: 403,
        headers: { 'x-amzn-errortype': 'AccessDeniedException' },
        body: { message: `Authorizer type ${authorizerType} is not supported locally. Use CUSTOM_JWT.` },
      },
    }),
});

/** The authenticator of a gateway. A type that the local gateway cannot check lets nobody in. */
export function authenticatorOf(record: GatewayRecord, options: AuthenticatorOptions): Authenticator {
  if (record.authorizerType === 'CUSTOM_JWT') return jwtAuthenticator(record, options);
  return record.authorizerType === 'NONE' ? anyone : nobody(record.authorizerType);
}
