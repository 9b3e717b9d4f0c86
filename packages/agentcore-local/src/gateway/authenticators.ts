/** Who may come in, for each authorizer type (devguide gateway-inbound-auth). */
import { err, ok, type Result } from '@secure-agent/contracts';
import {
  advertisedScopes,
  createJwtAuthorizer,
  extractBearer,
  gatewayChallenge,
  type JwtAuthorizer,
  protectedResourceMetadata,
  type Refusal,
} from '@secure-agent/jwt-authorizer';
import type { VerifySignature } from '../endpoint/endpoint.ts';
import type { Clock, EndpointRefusal, GatewayRecord, Iam, LocalRequest } from '../ports.ts';
import { type GatewayCaller, iamCaller } from './caller.ts';
import { jwtConfigOf } from './configuration.ts';
import type { Answer } from './exchange.ts';
import type { JsonObject } from './json-rpc.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { metadataUrlOf } from './routes.ts';

/** Why nobody came in: the reason for the log, the answer for the client. */
export type AuthenticationRefusal = {
  readonly reason: string;
  readonly answer: Answer;
  /** Who it was, where that was verified before something else refused. */
  readonly caller?: GatewayCaller;
};

export type Authenticated = Result<GatewayCaller | undefined, AuthenticationRefusal>;

export type Authenticator = {
  /** The protected resource metadata (RFC 9728); undefined where no bearer token is taken. */
  readonly metadata: JsonObject | undefined;
  /** Whether the credential is over the body too, so that the body must be read first. */
  readonly needsBody: boolean;
  /** The caller; undefined is nobody, which only a gateway of type NONE lets in. */
  authenticate(request: LocalRequest): Promise<Authenticated>;
};

export type AuthenticatorOptions = {
  readonly fetch: typeof fetch;
  readonly now: Clock;
  /** Base URL of the local endpoint. Challenges name it, never the request's Host. */
  readonly endpoint: string;
  readonly verifiedTokenCacheSize: number;
  readonly verifySignature: VerifySignature;
  readonly iam: Iam;
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
    needsBody: false,
    async authenticate({ rawHeaders }) {
      const bearer = extractBearer(rawHeaders);
      if (!bearer.ok) return refused(bearer.error);
      const token = bearer.value;
      const verified = await authorizer.authorize(token);
      return verified.ok ? ok({ kind: 'jwt', verified: verified.value, token }) : refused(verified.error);
    },
  };
}

/** The service name that signatures of calls to a gateway are made for. */
const SIGNING_SERVICE = 'bedrock-agentcore';
const INVOKE_GATEWAY = 'bedrock-agentcore:InvokeGateway';

const forbidden = (message: string): Answer => ({
  status: 403,
  headers: { 'x-amzn-errortype': 'AccessDeniedException' },
  body: { message },
});

const refusedSignature = ({ kind, message }: EndpointRefusal): Authenticated =>
  err({ reason: kind, answer: forbidden(message) });

/** Takes AWS signatures. Who signed may then call, or must be allowed to by IAM. */
function signatureAuthenticator(
  { gatewayArn }: GatewayRecord,
  { verifySignature, iam }: AuthenticatorOptions,
  askIam: boolean,
): Authenticator {
  return {
    metadata: undefined,
    needsBody: true,
    async authenticate(request) {
      const verified = await verifySignature(request, request.body, SIGNING_SERVICE);
      if (!verified.ok) return refusedSignature(verified.error);
      const { arn } = verified.value;
      const caller = iamCaller(arn);
      if (!askIam || iam.allows(arn, INVOKE_GATEWAY, gatewayArn)) return ok(caller);
      const message = `User: ${arn} is not authorized to perform: ${INVOKE_GATEWAY} on resource: ${gatewayArn}`;
      return err({ reason: 'iam_denied', answer: forbidden(message), caller });
    },
  };
}

const anyone: Authenticator = {
  metadata: undefined,
  needsBody: false,
  authenticate: async () => ok(undefined),
};

/**
 * The authenticator of a gateway.
 * @throws GatewayMisconfigured for a JWT authorizer that does not say what to check.
 */
export function authenticatorOf(record: GatewayRecord, options: AuthenticatorOptions): Authenticator {
  switch (record.authorizerType) {
    case 'CUSTOM_JWT':
      return jwtAuthenticator(record, options);
    case 'AWS_IAM':
      return signatureAuthenticator(record, options, true);
    case 'AUTHENTICATE_ONLY':
      return signatureAuthenticator(record, options, false);
    case 'NONE':
      return anyone;
  }
}
