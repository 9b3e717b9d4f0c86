/** Requests at the front door: decided on the head as far as it goes, and on the body where a signature needs it. */
import { err, ok, type Result } from '@secure-agent/contracts';
import { advertisedScopes, protectedResourceMetadata } from '@secure-agent/jwt-authorizer';
import type { EndpointRefusal, LocalResponse, Proceed, RequestStart } from '../ports.ts';
import type { Admission, Located } from './admission.ts';
import type { Authentication, Opened } from './authentication.ts';
import { endpointNotFound, runtimeError } from './errors.ts';
import { methodNotAllowed } from './mcp-wire.ts';
import type { Continuation, Operations } from './operations.ts';
import { invocationsUrl } from './runtime-path.ts';
import { refused, type Stage } from './stage.ts';
import type { Entrance, Visit } from './visit.ts';

export type RequestsOptions = {
  readonly enter: Entrance;
  readonly authentication: Authentication;
  readonly admission: Admission;
  readonly operations: Operations;
  /** Base URL of the endpoint, no trailing slash. */
  readonly endpoint: string;
};

/** Decides on the head of a request. @returns the refusal, or what takes the body. */
export type Begin = (start: RequestStart) => Promise<Result<Proceed, LocalResponse>>;

/** The answer where the body could not be taken. */
export const refuseBody = ({ kind, message }: EndpointRefusal, requestId: string): LocalResponse =>
  runtimeError('ValidationException', message, requestId, kind === 'too_large' ? 413 : 400);

/** Makes the handling of requests. */
export function createRequests(options: RequestsOptions): Begin {
  const { enter, authentication, admission, operations, endpoint } = options;

  /** RFC 9728; without authentication. A runtime that takes AWS signatures has none. */
  function metadata({ record, qualifier }: Located, requestId: string): LocalResponse {
    const authorizer = authentication.authorizer(record);
    if (!authorizer) return endpointNotFound(record.agentRuntimeArn, qualifier, requestId);
    const document = protectedResourceMetadata({
      resource: invocationsUrl(endpoint, record.agentRuntimeArn, qualifier),
      issuer: authorizer.issuer,
      scopes: advertisedScopes(authorizer.config),
    });
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(document) };
  }

  /** What the caller asked for, once admitted. */
  async function operate(visit: Visit, opened: Opened, body: Buffer): Promise<Stage<Continuation>> {
    const { start, operation, located } = visit;
    const identity = await authentication.complete(opened, body);
    if (!identity.ok) return identity;
    const admitted = admission.admit(located, identity.value, operation, start);
    if (!admitted.ok) return admitted;
    if (operation === 'StopRuntimeSession') return operations.endSession(admitted.value, start);
    if (operation === 'InvokeAgentRuntime') return operations.invoke(admitted.value, start, body);
    return refused('method_not_allowed', methodNotAllowed(start.requestId), identity.value.subject);
  }

  async function proceed(visit: Visit, opened: Opened, body: Buffer): Promise<LocalResponse> {
    const stage = await operate(visit, opened, body);
    if (!stage.ok) return visit.refuse(stage, body);
    visit.allow(stage.value.subject);
    return visit.inItsWords(await stage.value.run(), body);
  }

  /** A body that could not be taken, of a caller who may be known. */
  function turnAway(visit: Visit, opened: Opened, refusal: EndpointRefusal): LocalResponse {
    const subject = opened.kind === 'known' ? opened.identity.subject : undefined;
    return visit.refuse(refused(refusal.kind, refuseBody(refusal, visit.start.requestId), subject));
  }

  return async (start) => {
    const entered = enter(start);
    if (!entered.ok) return entered;
    const visit = entered.value;
    if (visit.operation === 'GetProtectedResourceMetadata')
      return err(metadata(visit.located, start.requestId));
    if (visit.operation === 'InvokeAgentRuntimeWithWebSocketStream') {
      const text = 'This address takes WebSocket handshakes only.';
      const response = runtimeError('ValidationException', text, start.requestId);
      return err(visit.refuse(refused('handshake_missing', response)));
    }
    const opened = await authentication.open(visit.located, start);
    if (!opened.ok) return err(visit.refuse(opened));
    return ok(async (body) =>
      body.ok ? proceed(visit, opened.value, body.value) : turnAway(visit, opened.value, body.error),
    );
  };
}
