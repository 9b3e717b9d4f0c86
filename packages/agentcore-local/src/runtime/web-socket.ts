/**
 * A WebSocket between a caller and a container: message by message, each side's close code told to the other.
 * Source: AgentCore devguide, runtime-get-started-websocket and bedrock-agentcore-limits.
 */
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { Clock, Upgrade } from '../ports.ts';
import type { Timers } from '../processes/timers.ts';
import { CONNECTION_BROKEN } from './forward.ts';
import { BEARER_PROTOCOL } from './handshake-credential.ts';
import { STREAM_LIMIT_MS } from './stream-limits.ts';

/** Bytes. The quota is one frame's; a message in several frames counts as one here. */
const FRAME_LIMIT_BYTES = 64 * 1024;
const FRAMES_PER_SECOND = 250;
const CONNECT_LIMIT_MS = 10_000;

/** Close codes (RFC 6455 section 7.4.1). */
const GOING_AWAY = 1001;
const NO_STATUS = 1005;
const ABNORMAL = 1006;
const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;
const INTERNAL_ERROR = 1011;

/**
 * Opens the container's side.
 * @returns the connection, paused, or the status to report when the container refused.
 */
export function connectToContainer(
  port: number,
  headers: Readonly<Record<string, string>>,
): Promise<WebSocket | number> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
    headers: { ...headers },
    perMessageDeflate: false,
    maxPayload: FRAME_LIMIT_BYTES,
    handshakeTimeout: CONNECT_LIMIT_MS,
  });
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.pause();
      resolve(socket);
    });
    socket.once('unexpected-response', (request, response) => {
      response.resume();
      request.destroy();
      resolve(response.statusCode ?? CONNECTION_BROKEN);
    });
    socket.on('error', () => resolve(CONNECTION_BROKEN));
  });
}

/** Counts frames. @returns whether one more is within the rate. */
function frameRate(now: Clock): () => boolean {
  let since = now();
  let frames = 0;
  return () => {
    if (now() - since >= 1000) {
      since = now();
      frames = 0;
    }
    frames += 1;
    return frames <= FRAMES_PER_SECOND;
  };
}

/** Closes one side as the other was closed; what cannot be sent as a code is said by another. */
function closeLike(socket: WebSocket, code: number, reason: Buffer): void {
  if (code === NO_STATUS) socket.close();
  else if (code === ABNORMAL) socket.close(INTERNAL_ERROR);
  else socket.close(code, reason);
}

/** Passes messages on; the next is read when the last was written. */
function relay(from: WebSocket, to: WebSocket, onFrame: () => boolean): void {
  from.on('message', (data: RawData, binary: boolean) => {
    if (!onFrame() || to.readyState !== WebSocket.OPEN) return;
    from.pause();
    to.send(data, { binary }, () => from.resume());
  });
  from.on('ping', onFrame);
  from.on('pong', onFrame);
  from.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') to.close(TOO_BIG);
  });
  from.on('close', (code, reason) => closeLike(to, code, reason));
}

export type ConversationOptions = {
  readonly container: WebSocket;
  readonly sessionId: string;
  readonly timers: Timers;
  readonly now: Clock;
  /** Until the caller's token ends, milliseconds; undefined where the connection may outlive it. */
  readonly tokenEndsIn: number | undefined;
};

function converse(client: WebSocket, options: ConversationOptions): void {
  const { container, timers, now, tokenEndsIn } = options;
  const within = frameRate(now);
  const onFrame = (): boolean => {
    const allowed = within();
    if (!allowed) client.close(POLICY_VIOLATION, 'Frame rate exceeded');
    return allowed;
  };
  const cancelLimit = timers.after(STREAM_LIMIT_MS, () => client.close(GOING_AWAY, 'Time limit reached'));
  const expire = () => client.close(POLICY_VIOLATION, 'Token has expired');
  const cancelExpiry = tokenEndsIn === undefined ? () => {} : timers.after(tokenEndsIn, expire);
  client.on('close', () => {
    cancelLimit();
    cancelExpiry();
  });
  relay(client, container, onFrame);
  relay(container, client, () => true);
  container.resume();
}

/** Completes the caller's side of the handshake and joins the two. */
export function joinWebSockets({ request, socket, head }: Upgrade, options: ConversationOptions): void {
  const { container, sessionId } = options;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: FRAME_LIMIT_BYTES,
    handleProtocols: (protocols) => (protocols.has(BEARER_PROTOCOL) ? BEARER_PROTOCOL : false),
  });
  server.on('headers', (lines) => lines.push(`${SESSION_ID_HEADER}: ${sessionId}`));
  // A handshake that cannot be completed ends the container's side.
  const abandon = () => container.terminate();
  socket.once('close', abandon);
  server.handleUpgrade(request, socket, head, (client) => {
    socket.off('close', abandon);
    converse(client, options);
  });
}
