/**
 * Who calls a runtime. A runtime takes JWTs or AWS signatures, one of the two, never both (AgentCore devguide,
 * runtime-oauth).
 */
import {
  canonicalJson,
  type DecisionRecord,
  err,
  jwtAuthorizerConfig,
  ok,
  type Result,
} from '@secure-agent/contracts';
import {
  advertisedScopes,
  createJwtAuthorizer,
  extractBearer,
  type JwtAuthorizer,
  type JwtAuthorizerOptions,
  type Refusal,
  runtimeChallenge,
} from '@secure-agent/jwt-authorizer';
import { z } from 'zod';
import type {
  Caller,
  EndpointRefusal,
  LocalRequest,
  LocalResponse,
  RequestHead,
  RuntimeRecord,
} from '../ports.ts';
import { runtimeError } from './errors.ts';
import { invocationsUrl, METADATA_SUFFIX } from './runtime-path.ts';

const authorizerConfiguration = z.object({ customJWTAuthorizer: jwtAuthorizerConfig });

/** Verifies an AWS signature (Signature Version 4) over a request. */
export type VerifySignature = (
  head: RequestHead,
  body: Buffer,
  service: string,
) => Promise<Result<Caller, EndpointRefusal>>;

/** What the decision log says of a caller. */
export type Subject = Pick<DecisionRecord, 'iss' | 'sub' | 'client_id'>;

export type Identity = {
  readonly method: 'JWT' | 'SIGV4';
  readonly subject: Subject;
};

export type AuthenticationRefusal = { readonly reason: string; readonly response: LocalResponse };

export type AuthenticationOptions = {
  /** Base URL of the endpoint; the challenge names it, never the request's Host. */
  readonly endpoint: string;
  readonly jwt: Pick<JwtAuthorizerOptions, 'fetch' | 'now'>;
  readonly verifySignature: VerifySignature;
};

export type Authentication = {
  authenticate(
    record: RuntimeRecord,
    request: LocalRequest,
  ): Promise<Result<Identity, AuthenticationRefusal>>;
  /** The runtime's JWT authorizer; undefined for one that takes AWS signatures. */
  authorizer(record: RuntimeRecord): JwtAuthorizer | undefined;
};

const SIGNATURE_STATUS = {
  unsigned: 'Missing Authentication Token',
  bad_signature: 'The request signature does not match.',
  expired_signature: 'The request signature has expired.',
  bad_request: 'The request cannot be verified.',
  too_large: 'The request is too large.',
} as const satisfies Record<EndpointRefusal['kind'], string>;

/** Makes the authentication of the front door. A runtime's authorizer is built once and again when it is changed. */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { endpoint, jwt, verifySignature } = options;
  const authorizers = new Map<string, { readonly text: string; readonly authorizer: JwtAuthorizer }>();

  function authorizer(record: RuntimeRecord): JwtAuthorizer | undefined {
    const { agentRuntimeArn, authorizerConfiguration: configuration } = record;
    if (configuration === undefined) return undefined;
    const text = canonicalJson(configuration);
    const known = authorizers.get(agentRuntimeArn);
    if (known?.text === text) return known.authorizer;
    const { customJWTAuthorizer } = authorizerConfiguration.parse(configuration);
    const made = createJwtAuthorizer(customJWTAuthorizer, { ...jwt, allowLoopbackHttp: true });
    authorizers.set(agentRuntimeArn, { text, authorizer: made });
    return made;
  }

  function challenge(record: RuntimeRecord, refusal: Refusal, requestId: string): AuthenticationRefusal {
    const known = authorizer(record);
    const answer = runtimeChallenge(refusal, {
      resourceMetadataUrl: invocationsUrl(endpoint, record.agentRuntimeArn, METADATA_SUFFIX),
      scopes: known ? advertisedScopes(known.config) : [],
    });
    const headers = { ...answer.headers, 'x-amzn-requestid': requestId };
    return { reason: refusal.reason, response: { ...answer, headers } };
  }

  async function bySignature(
    record: RuntimeRecord,
    request: LocalRequest,
  ): Promise<Result<Identity, AuthenticationRefusal>> {
    const { rawHeaders, body, requestId } = request;
    if (extractBearer(rawHeaders).ok) return err(challenge(record, { reason: 'method_mismatch' }, requestId));
    const verified = await verifySignature(request, body, 'bedrock-agentcore');
    if (verified.ok) return ok({ method: 'SIGV4', subject: { sub: verified.value.arn } });
    const { kind } = verified.error;
    const response = runtimeError('AccessDeniedException', SIGNATURE_STATUS[kind], requestId);
    return err({ reason: kind, response });
  }

  async function byToken(
    record: RuntimeRecord,
    request: LocalRequest,
    known: JwtAuthorizer,
  ): Promise<Result<Identity, AuthenticationRefusal>> {
    const bearer = extractBearer(request.rawHeaders);
    const token = bearer.ok ? await known.authorize(bearer.value) : bearer;
    if (!token.ok) return err(challenge(record, token.error, request.requestId));
    const { iss, sub, clientId } = token.value;
    return ok({
      method: 'JWT',
      subject: { iss, sub, ...(clientId === undefined ? {} : { client_id: clientId }) },
    });
  }

  return {
    authorizer,
    async authenticate(record, request) {
      const known = authorizer(record);
      return known ? byToken(record, request, known) : bySignature(record, request);
    },
  };
}
