/** What an admitted caller may ask of a runtime. Each gives a refusal, or what to do once the decision is logged. */
import { randomUUID } from 'node:crypto';
import { ok, SESSION_ID_HEADER } from '@secure-agent/contracts';
import type { LocalRequest, LocalResponse } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import { containerError, initializationError, runtimeError } from './errors.ts';
import { CONNECTION_BROKEN, forward } from './forward.ts';
import { forwardedHeaders, parseHeaderAllowlist } from './headers.ts';
import type { AcquireError, Lease, Sessions } from './sessions.ts';
import { type Admitted, refused, type Stage } from './stage.ts';

export type OperationsOptions = {
  readonly sessions: Sessions;
  readonly timers: Timers;
  readonly maxProcesses: number;
  readonly startLimitSeconds: number;
};

/** Does the work of a request that was let in. */
export type Continuation = () => Promise<LocalResponse>;

export type Operations = {
  invoke(admitted: Admitted, request: LocalRequest): Promise<Stage<Continuation>>;
  endSession(admitted: Admitted, request: LocalRequest): Promise<Stage<Continuation>>;
};

type Sending = {
  readonly lease: Lease;
  readonly headers: Record<string, string>;
  readonly sessionId: string;
};

/** Makes the operations over a set of sessions. */
export function createOperations(options: OperationsOptions): Operations {
  const { sessions, timers, maxProcesses, startLimitSeconds } = options;

  function notAcquired(error: AcquireError, requestId: string): LocalResponse {
    if (error === 'start_failed') return initializationError(startLimitSeconds, requestId);
    return error === 'in_progress'
      ? runtimeError('RetryableConflictException', 'Session operation in progress, please retry', requestId)
      : runtimeError(
          'ServiceQuotaExceededException',
          `All ${maxProcesses} local sessions are in use.`,
          requestId,
        );
  }

  async function send({ lease, headers, sessionId }: Sending, request: LocalRequest): Promise<LocalResponse> {
    const { body, signal, requestId } = request;
    const onDone = () => lease.release();
    const answer = await forward({ port: lease.port, headers, body, signal, timers, onDone });
    if (!answer.ok) {
      if (answer.error === CONNECTION_BROKEN && !signal.aborted) await lease.forgotten();
      return containerError(answer.error, requestId);
    }
    const { status, contentType = 'application/octet-stream', body: stream } = answer.value;
    const own = { [SESSION_ID_HEADER]: sessionId, 'x-amzn-requestid': requestId };
    return { status, headers: { 'content-type': contentType, ...own }, body: stream };
  }

  return {
    async invoke({ record, identity, sessionId = randomUUID() }, request) {
      const { requestId, rawHeaders } = request;
      const allowlist = parseHeaderAllowlist(record.requestHeaderAllowlist);
      const jwtAuthorized = identity.method === 'JWT';
      const headers = forwardedHeaders({ rawHeaders, allowlist, jwtAuthorized, sessionId, requestId });
      if (!headers.ok) {
        const response = runtimeError('ValidationException', headers.error, requestId);
        return refused('header_invalid', response, identity.subject);
      }
      const lease = await sessions.acquire(record, sessionId);
      if (!lease.ok) return refused(lease.error, notAcquired(lease.error, requestId), identity.subject);
      return ok(() => send({ lease: lease.value, headers: headers.value, sessionId }, request));
    },

    async endSession({ record, identity, sessionId }, { requestId }) {
      if (sessionId === undefined) {
        const response = runtimeError('ValidationException', 'The session id header is required.', requestId);
        return refused('session_id_invalid', response, identity.subject);
      }
      if (!(await sessions.end(record.agentRuntimeArn, sessionId))) {
        const text = 'session not found or already terminated';
        const response = runtimeError('ResourceNotFoundException', text, requestId);
        return refused('session_not_found', response, identity.subject);
      }
      const headers = { 'content-type': 'application/json', [SESSION_ID_HEADER]: sessionId };
      return ok(async () => ({ status: 200, headers, body: '{}' }));
    },
  };
}
