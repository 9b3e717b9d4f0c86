/** WebSocket handshakes at a runtime's front door: the same checks as for an invocation, before the upgrade. */
import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from '@secure-agent/contracts';
import type { Clock, LocalResponse, RequestStart, Upgrade, WorkloadTokens } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import type { Admitted } from './admission.ts';
import type { RuntimeBehaviour } from './behaviour.ts';
import { containerError, runtimeError } from './errors.ts';
import { containerHeaders } from './invocation.ts';
import type { Operations } from './operations.ts';
import { readHandshakeSessionId } from './request-parameters.ts';
import type { Lease, Sessions } from './sessions.ts';
import { refused, type Stage } from './stage.ts';
import { connectToContainer, joinWebSockets } from './web-socket.ts';

export type WebSocketDoorOptions = {
  readonly sessions: Sessions;
  readonly operations: Operations;
  readonly workloadTokens: WorkloadTokens;
  readonly behaviour: RuntimeBehaviour;
  readonly timers: Timers;
  readonly now: Clock;
};

/** Connects the container once the decision is logged. */
export type Connect = () => Promise<Result<(upgrade: Upgrade) => void, LocalResponse>>;

export type WebSocketDoor = { open(admitted: Admitted, start: RequestStart): Promise<Stage<Connect>> };

/** Makes the door over a set of sessions. */
export function createWebSocketDoor(options: WebSocketDoorOptions): WebSocketDoor {
  const { sessions, operations, workloadTokens, behaviour, timers, now } = options;

  function tokenEndsIn({ identity }: Admitted): number | undefined {
    if (identity.method === 'SIGV4' || behaviour.webSocketAtTokenExpiry === 'keep') return undefined;
    return Math.max(0, identity.expiresAt * 1000 - now());
  }

  async function connect(
    admitted: Admitted,
    { signal, requestId }: RequestStart,
    sessionId: string,
    headers: Readonly<Record<string, string>>,
    lease: Lease,
  ): Promise<Result<(upgrade: Upgrade) => void, LocalResponse>> {
    const container = await connectToContainer(lease.port, headers);
    if (typeof container === 'number') {
      lease.release();
      return err(containerError(container, requestId));
    }
    const abandon = () => {
      container.terminate();
      lease.release();
    };
    if (signal.aborted) abandon();
    signal.addEventListener('abort', abandon, { once: true });
    return ok((upgrade) => {
      signal.removeEventListener('abort', abandon);
      const ends = { tokenEndsIn: tokenEndsIn(admitted), onDone: () => lease.release() };
      joinWebSockets(upgrade, { container, sessionId, timers, now, ...ends });
    });
  }

  return {
    async open(admitted, start) {
      const { subject } = admitted.identity;
      const invalid = (reason: string, text: string) =>
        refused(reason, runtimeError('ValidationException', text, start.requestId), subject);
      const named = readHandshakeSessionId(start.rawHeaders, start.search);
      if (!named.ok) return invalid('session_id_invalid', named.error);
      const sessionId = named.value ?? randomUUID();
      const headers = containerHeaders(admitted, start, sessionId, workloadTokens);
      if (!headers.ok) return invalid('header_invalid', headers.error);
      const lease = await sessions.acquire(admitted, sessionId);
      if (!lease.ok) {
        return refused(lease.error, operations.notAcquired(lease.error, start.requestId), subject);
      }
      return ok(() => connect(admitted, start, sessionId, headers.value, lease.value));
    },
  };
}
