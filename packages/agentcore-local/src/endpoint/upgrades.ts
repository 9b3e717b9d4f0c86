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
    const gone = new AbortController();
    const abort = () => gone.abort();
    socket.once('close', abort);
    const decided = await answer(request, gone.signal);
    socket.off('close', abort);
    if (socket.destroyed) return;
    if (decided.ok) decided.value({ request, socket, head });
    else await refuse(request, socket, decided.error);
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
