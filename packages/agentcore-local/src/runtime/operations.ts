/** What an admitted caller may ask of a runtime. Each gives a refusal, or what to do once the decision is logged. */
import { ok, type Result, SESSION_ID_HEADER } from '@secure-agent/contracts';
import type { Clock, LocalResponse, RequestStart, WorkloadTokens } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import type { Admitted } from './admission.ts';
import type { Subject } from './authentication.ts';
import type { RuntimeBehaviour } from './behaviour.ts';
import { containerError, initializationError, runtimeError } from './errors.ts';
import { CONNECTION_BROKEN, type ContainerAnswer, forward } from './forward.ts';
import { type Invocation, readInvocation } from './invocation.ts';
import { acceptsMcp, MCP_SESSION_HEADER, notAcceptable } from './mcp-wire.ts';
import { readSessionId } from './request-parameters.ts';
import { responseHeaders } from './response-headers.ts';
import type { AcquireError, Lease, Sessions } from './sessions.ts';
import { refused, type Stage } from './stage.ts';

export type OperationsOptions = {
  readonly sessions: Sessions;
  readonly workloadTokens: WorkloadTokens;
  readonly behaviour: RuntimeBehaviour;
  readonly timers: Timers;
  readonly now: Clock;
  readonly maxProcesses: number;
  readonly startLimitSeconds: number;
};

/** The work of a request that was let in. */
export type Continuation = { readonly subject: Subject; readonly run: () => Promise<LocalResponse> };

export type Operations = {
  invoke(admitted: Admitted, start: RequestStart, body: Buffer): Promise<Stage<Continuation>>;
  endSession(admitted: Admitted, start: RequestStart): Promise<Stage<Continuation>>;
  /** The answer to a caller whose session could not be had. */
  notAcquired(error: AcquireError, requestId: string): LocalResponse;
};

/** Between two tries of a session's first request, milliseconds; as reported of the live service. */
const RETRY_INTERVAL_MS = 2_000;

type Sending = {
  readonly admitted: Admitted;
  readonly start: RequestStart;
  readonly body: Buffer;
  readonly invocation: Invocation;
  readonly lease: Lease;
};

/** Makes the operations over a set of sessions. */
export function createOperations(options: OperationsOptions): Operations {
  const { sessions, workloadTokens, behaviour, timers, now, maxProcesses, startLimitSeconds } = options;

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

  const forwardOnce = ({
    invocation,
    lease,
    body,
    start,
  }: Sending): Promise<Result<ContainerAnswer, number>> =>
    forward({
      port: lease.port,
      path: invocation.path,
      headers: invocation.headers(lease.notes),
      body,
      signal: start.signal,
      timers,
    });

  const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const cancel = timers.after(milliseconds, resolve);
      signal.addEventListener('abort', () => {
        cancel();
        resolve();
      });
    });

  /** Where it is chosen so, a 5xx to a session's first request is a start that is not over. */
  async function forwardUntilInitialized(
    sending: Sending,
  ): Promise<Result<ContainerAnswer, number> | 'late'> {
    const { lease, start } = sending;
    const deadline = now() + startLimitSeconds * 1000;
    for (;;) {
      const answer = await forwardOnce(sending);
      const failed = !answer.ok && answer.error >= 500 && answer.error !== CONNECTION_BROKEN;
      if (!failed || lease.notes.initialized || !behaviour.retryFirstRequest) return answer;
      if (now() + RETRY_INTERVAL_MS > deadline) return 'late';
      await wait(RETRY_INTERVAL_MS, start.signal);
      if (start.signal.aborted) return answer;
    }
  }

  function headersOf({ admitted, invocation, lease, start }: Sending, answer: ContainerAnswer) {
    const headers = responseHeaders(answer, invocation.sessionId, start.requestId);
    if (admitted.record.serverProtocol !== 'MCP') return headers;
    const own = answer.headers[MCP_SESSION_HEADER];
    if (typeof own === 'string') lease.notes.containerMcpSession = own;
    return { ...headers, [MCP_SESSION_HEADER]: invocation.sessionId };
  }

  async function send(sending: Sending): Promise<LocalResponse> {
    const { lease, start } = sending;
    const { requestId, signal } = start;
    const answer = await forwardUntilInitialized(sending).catch((error: unknown) => {
      lease.release();
      throw error;
    });
    if (answer !== 'late' && answer.ok) {
      lease.notes.initialized = true;
      answer.value.done.then(() => lease.release());
      return {
        status: answer.value.status,
        headers: headersOf(sending, answer.value),
        body: answer.value.body,
      };
    }
    lease.release();
    if (answer === 'late') return initializationError(startLimitSeconds, requestId);
    if (answer.error === CONNECTION_BROKEN && !signal.aborted) await lease.forgotten();
    if (answer.error < 500) lease.notes.initialized = true;
    return containerError(answer.error, requestId);
  }

  return {
    notAcquired,

    async invoke(admitted, start, body) {
      const { identity, record } = admitted;
      const { requestId } = start;
      if (record.serverProtocol === 'MCP' && !acceptsMcp(start.rawHeaders)) {
        return refused('accept_invalid', notAcceptable(requestId, body), identity.subject);
      }
      const invocation = readInvocation(admitted, start, body, workloadTokens);
      if (!invocation.ok) {
        const { reason, message } = invocation.error;
        return refused(reason, runtimeError('ValidationException', message, requestId), identity.subject);
      }
      const lease = await sessions.acquire(admitted, invocation.value.sessionId);
      if (!lease.ok) return refused(lease.error, notAcquired(lease.error, requestId), identity.subject);
      const sending = { admitted, start, body, invocation: invocation.value, lease: lease.value };
      return ok({ subject: identity.subject, run: () => send(sending) });
    },

    async endSession(admitted, { rawHeaders, requestId }) {
      const { subject } = admitted.identity;
      const named = readSessionId(rawHeaders);
      const sessionId = named.ok ? named.value : undefined;
      if (sessionId === undefined) {
        const text = named.ok ? 'The session id header is required.' : named.error;
        return refused('session_id_invalid', runtimeError('ValidationException', text, requestId), subject);
      }
      if (!(await sessions.end(admitted, sessionId))) {
        const text = 'session not found or already terminated';
        const response = runtimeError('ResourceNotFoundException', text, requestId);
        return refused('session_not_found', response, subject);
      }
      const headers = { 'content-type': 'application/json', [SESSION_ID_HEADER]: sessionId };
      return ok({ subject, run: async () => ({ status: 200, headers, body: '{}' }) });
    },
  };
}
