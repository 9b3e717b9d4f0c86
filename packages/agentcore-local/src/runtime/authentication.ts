/**
 * Who calls a runtime. A runtime takes JWTs or AWS signatures, one of the two, never both (AgentCore devguide,
 * runtime-oauth).
 */
import {
  canonicalJson,
  type DecisionRecord,
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
import type { Caller, EndpointRefusal, LocalResponse, RequestHead, RequestStart } from '../ports.ts';
import type { Located } from './admission.ts';
import { runtimeError } from './errors.ts';
import { headerValues } from './headers.ts';
import { invocationsUrl, METADATA_SUFFIX } from './runtime-path.ts';
import { refused, type Stage } from './stage.ts';

const authorizerConfiguration = z.object({ customJWTAuthorizer: jwtAuthorizerConfig });

/** Verifies an AWS signature (Signature Version 4) over a request. */
export type VerifySignature = (
  head: RequestHead,
  body: Buffer,
  service: string,
) => Promise<Result<Caller, EndpointRefusal>>;

/** What the decision log says of a caller. */
export type Subject = Pick<DecisionRecord, 'iss' | 'sub' | 'client_id'>;

/** A caller who was let in. The token is for the agent's own use and is never logged. */
export type Identity =
  | {
      readonly method: 'JWT';
      readonly subject: Subject;
      readonly iss: string;
      readonly sub: string;
      readonly token: string;
      /** `exp`, seconds since 1970. */
      readonly expiresAt: number;
    }
  | { readonly method: 'SIGV4'; readonly subject: Subject; readonly principal: string };

/** What the head alone decides: all, with a token; with a signature, that the body is needed. */
export type Opened =
  | { readonly kind: 'known'; readonly identity: Identity }
  | { readonly kind: 'signed'; readonly verify: (body: Buffer) => Promise<Stage<Identity>> };

export type AuthenticationOptions = {
  /** Base URL of the endpoint; the challenge names it, never the request's Host. */
  readonly endpoint: string;
  readonly jwt: Pick<JwtAuthorizerOptions, 'fetch' | 'now'>;
  readonly verifySignature: VerifySignature;
};

export type Authentication = {
  /** Authenticates a request as far as its head goes. */
  open(located: Located, start: RequestStart): Promise<Stage<Opened>>;
  /** Authenticates the rest. */
  complete(opened: Opened, body: Buffer): Promise<Stage<Identity>>;
  /** The runtime's JWT authorizer; undefined for one that takes AWS signatures. */
  authorizer(record: Located['record']): JwtAuthorizer | undefined;
};

const SIGNATURE_STATUS = {
  unsigned: 'Missing Authentication Token',
  bad_signature: 'The request signature does not match.',
  expired_signature: 'The request signature has expired.',
  bad_request: 'The request cannot be verified.',
  too_large: 'The request is too large.',
  not_allowed: 'The request is not allowed.',
} as const satisfies Record<EndpointRefusal['kind'], string>;

/**
 * Headers that name the session and the user must be signed: one that is not could be changed on the way. AWS's SDKs
 * sign them.
 */
function coversParameters({ rawHeaders }: RequestHead): boolean {
  const [authorization = ''] = headerValues(rawHeaders, 'authorization');
  const [, list = ''] = /SignedHeaders=([^,\s]+)/.exec(authorization) ?? [];
  const sent = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  return sent
    .filter((name) => name.startsWith('x-amzn-bedrock-agentcore-'))
    .every((name) => list.split(';').includes(name));
}

const isSigned = ({ rawHeaders }: RequestHead): boolean =>
  headerValues(rawHeaders, 'authorization').some((value) => value.startsWith('AWS4-'));

/** Makes the authentication of the front door. A runtime's authorizer is built once and again when it is changed. */
export function createAuthentication(options: AuthenticationOptions): Authentication {
  const { endpoint, jwt, verifySignature } = options;
  const authorizers = new Map<string, { readonly text: string; readonly authorizer: JwtAuthorizer }>();

  function authorizer(record: Located['record']): JwtAuthorizer | undefined {
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

  function challenge({ record, qualifier }: Located, refusal: Refusal, requestId: string): Stage<never> {
    const known = authorizer(record);
    const answer: LocalResponse = runtimeChallenge(refusal, {
      resourceMetadataUrl: invocationsUrl(endpoint, record.agentRuntimeArn, qualifier, METADATA_SUFFIX),
      scopes: known ? advertisedScopes(known.config) : [],
    });
    const headers = { ...answer.headers, 'x-amzn-requestid': requestId };
    return refused(refusal.reason, { ...answer, headers });
  }

  function bySignature(located: Located, start: RequestStart): Stage<Opened> {
    const { rawHeaders, requestId } = start;
    const refuse = (kind: EndpointRefusal['kind']): Stage<never> =>
      refused(kind, runtimeError('AccessDeniedException', SIGNATURE_STATUS[kind], requestId));
    if (extractBearer(rawHeaders).ok) return challenge(located, { reason: 'method_mismatch' }, requestId);
    if (!isSigned(start)) return refuse('unsigned');
    const verify = async (body: Buffer): Promise<Stage<Identity>> => {
      const verified = await verifySignature(start, body, 'bedrock-agentcore');
      if (!verified.ok) return refuse(verified.error.kind);
      if (!coversParameters(start)) return refuse('bad_signature');
      const { arn } = verified.value;
      return ok({ method: 'SIGV4', subject: { sub: arn }, principal: arn });
    };
    return ok({ kind: 'signed', verify });
  }

  async function byToken(
    located: Located,
    { rawHeaders, requestId }: RequestStart,
    known: JwtAuthorizer,
  ): Promise<Stage<Opened>> {
    const bearer = extractBearer(rawHeaders);
    if (!bearer.ok) return challenge(located, bearer.error, requestId);
    const verified = await known.authorize(bearer.value);
    if (!verified.ok) return challenge(located, verified.error, requestId);
    const { iss, sub, clientId, expiresAt } = verified.value;
    const subject = { iss, sub, ...(clientId === undefined ? {} : { client_id: clientId }) };
    return ok({
      kind: 'known',
      identity: { method: 'JWT', subject, iss, sub, token: bearer.value, expiresAt },
    });
  }

  return {
    authorizer,
    async open(located, start) {
      const known = authorizer(located.record);
      return known ? byToken(located, start, known) : bySignature(located, start);
    },
    complete: async (opened, body) => (opened.kind === 'known' ? ok(opened.identity) : opened.verify(body)),
  };
}
