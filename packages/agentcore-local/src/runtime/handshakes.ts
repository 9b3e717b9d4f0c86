/** WebSocket handshakes at the front door: the same checks as for an invocation, before the upgrade. */
import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '@secure-agent/contracts';
import type { Clock, LocalResponse, RequestStart, Upgrade, WorkloadTokens } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import type { Admission, Admitted } from './admission.ts';
import type { Authentication } from './authentication.ts';
import type { RuntimeBehaviour } from './behaviour.ts';
import { containerError, runtimeError } from './errors.ts';
import { CONNECTION_BROKEN } from './forward.ts';
import { withBearerOfProtocol } from './handshake-credential.ts';
import { containerHeaders } from './invocation.ts';
import type { Operations } from './operations.ts';
import { readHandshakeSessionId } from './request-parameters.ts';
import type { Lease, Sessions } from './sessions.ts';
import { refused, type Stage } from './stage.ts';
import { addressUnknown, type Entrance, type Visit } from './visit.ts';
import { connectToContainer, joinWebSockets } from './web-socket.ts';

export type HandshakesOptions = {
  readonly enter: Entrance;
  readonly authentication: Authentication;
  readonly admission: Admission;
  readonly sessions: Sessions;
  readonly operations: Operations;
  readonly workloadTokens: WorkloadTokens;
  readonly behaviour: RuntimeBehaviour;
  readonly timers: Timers;
  readonly now: Clock;
};

type TakeOver = (upgrade: Upgrade) => void;

/** Decides on a handshake. @returns the refusal, or what takes the connection over. */
export type DecideHandshake = (start: RequestStart) => Promise<Result<TakeOver, LocalResponse>>;

/** The right to connect to a session's container, with what it is told. */
type Ticket = {
  readonly admitted: Admitted;
  readonly sessionId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly lease: Lease;
};

/** Makes the handling of handshakes over a set of sessions. */
export function createHandshakes(options: HandshakesOptions): DecideHandshake {
  const { enter, authentication, admission, sessions, operations } = options;
  const { workloadTokens, behaviour, timers, now } = options;

  function tokenEndsIn({ identity }: Admitted): number | undefined {
    if (identity.method === 'SIGV4' || behaviour.webSocketAtTokenExpiry === 'keep') return undefined;
    return Math.max(0, identity.expiresAt * 1000 - now());
  }

  async function admit({ operation, located, start }: Visit): Promise<Stage<Admitted>> {
    if (operation !== 'InvokeAgentRuntimeWithWebSocketStream') return addressUnknown(start.requestId);
    const opened = await authentication.open(located, start);
    if (!opened.ok) return opened;
    const identity = await authentication.complete(opened.value, Buffer.alloc(0));
    return identity.ok ? admission.admit(located, identity.value, operation, start) : identity;
  }

  async function takeTicket(admitted: Admitted, start: RequestStart): Promise<Stage<Ticket>> {
    const { subject } = admitted.identity;
    const invalid = (reason: string, text: string) =>
      refused(reason, runtimeError('ValidationException', text, start.requestId), subject);
    const named = readHandshakeSessionId(start.rawHeaders, start.search);
    if (!named.ok) return invalid('session_id_invalid', named.error);
    const sessionId = named.value ?? randomUUID();
    const headers = containerHeaders(admitted, start, sessionId, workloadTokens);
    if (!headers.ok) return invalid('header_invalid', headers.error);
    const lease = await sessions.acquire(admitted, sessionId);
    if (lease.ok) return ok({ admitted, sessionId, headers: headers.value, lease: lease.value });
    return refused(lease.error, operations.notAcquired(lease.error, start.requestId), subject);
  }

  async function connect(
    ticket: Ticket,
    { signal, requestId }: RequestStart,
  ): Promise<Result<TakeOver, LocalResponse>> {
    const { admitted, sessionId, headers, lease } = ticket;
    const container = await connectToContainer(lease.port, headers);
    if (typeof container === 'number') {
      lease.release();
      if (container === CONNECTION_BROKEN && !signal.aborted) await lease.forgotten();
      return err(containerError(container, requestId));
    }
    container.once('close', () => lease.release());
    const abandon = () => container.terminate();
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
    return ok((upgrade) => {
      signal.removeEventListener('abort', abandon);
      joinWebSockets(upgrade, { container, sessionId, timers, now, tokenEndsIn: tokenEndsIn(admitted) });
    });
  }

  return async (request) => {
    const start = withBearerOfProtocol(request);
    const entered = enter(start);
    if (!entered.ok) return entered;
    const admitted = await admit(entered.value);
    if (!admitted.ok) return err(entered.value.refuse(admitted));
    const ticket = await takeTicket(admitted.value, start);
    if (!ticket.ok) return err(entered.value.refuse(ticket));
    entered.value.allow(admitted.value.identity.subject);
    return connect(ticket.value, start);
  };
}
