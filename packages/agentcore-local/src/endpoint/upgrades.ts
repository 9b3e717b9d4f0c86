/** WebSocket handshakes: refused in HTTP, or handed over to the service that they are for. */
import { type IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Result } from '@secure-agent/contracts';
import type { LocalResponse, Upgrade } from '../ports.ts';
import { writeResponse } from './write-response.ts';

/** Decides on a handshake. */
export type AnswerUpgrade = (
  request: IncomingMessage,
  signal: AbortSignal,
) => Promise<Result<(upgrade: Upgrade) => void, LocalResponse>>;

/** Writes an HTTP answer to a handshake that is refused; the connection ends with it. */
async function refuse(request: IncomingMessage, socket: Socket, answer: LocalResponse): Promise<void> {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  await writeResponse(response, answer);
}

/**
 * Watches a client that waits for the answer to its handshake. It may not send before it has it (RFC 6455 section
 * 4.1), and only a socket that is read notices that the other side has gone.
 */
function watchWaiting(socket: Socket): { readonly signal: AbortSignal; readonly stop: () => boolean } {
  const gone = new AbortController();
  const abort = () => gone.abort();
  const tooEarly = () => socket.destroy();
  socket.on('data', tooEarly).once('end', abort).once('close', abort);
  return {
    signal: gone.signal,
    /** @returns whether the client still waits; its socket is then paused. */
    stop() {
      socket.pause().off('data', tooEarly).off('end', abort).off('close', abort);
      if (!socket.destroyed && !gone.signal.aborted) return true;
      gone.abort();
      socket.destroy();
      return false;
    },
  };
}

export type Upgrades = {
  /** Takes a handshake, as Node's event `upgrade` gives it. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection that was handed over: the server itself forgets them. */
  closeAll(): void;
};

/** Makes the handling of handshakes. */
export function createUpgrades(answer: AnswerUpgrade): Upgrades {
  const open = new Set<Socket>();

  async function settle(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const watch = watchWaiting(socket);
    const decided = await answer(request, watch.signal);
    if (!watch.stop()) return;
    if (!decided.ok) return refuse(request, socket, decided.error);
    decided.value({ request, socket, head });
    socket.resume();
  }

  return {
    take(request, socket, head) {
      // Node types it as any duplex stream; of an HTTP server over TCP it is the connection.
      if (!(socket instanceof Socket)) return void socket.destroy();
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => open.delete(socket));
      settle(request, socket, head).catch(() => socket.destroy());
    },
    closeAll() {
      for (const socket of open) socket.destroy();
    },
  };
}
