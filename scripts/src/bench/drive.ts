/**
 * A load generator over raw keep-alive sockets: one request at a time on each connection. A client library would cost
 * more than the server under test and would share its cores.
 */
import { connect, type Socket } from 'node:net';

export type Answer = {
  readonly status: number;
  /** Status line and headers, as sent. */
  readonly head: string;
  /** One character for each byte. */
  readonly body: string;
};

export type Drive = {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Goes on past the time until so many requests were sent. */
  readonly minimum?: number;
  /** The whole request, head and body, of a number that grows by one. */
  readonly request: (index: number) => string;
  /** Called with each answer; milliseconds from the first byte sent to the last one read. */
  readonly onAnswer: (answer: Answer, index: number, milliseconds: number) => void;
};

/** What went wrong on the connections; none of it is an answer. */
export type Driven = { readonly seconds: number; readonly broken: number };

const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = '\r\n0\r\n\r\n';

/** The data of chunks, whose sizes are read and dropped. */
function unchunked(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) return parts.join('');
    parts.push(text.slice(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 4 + size;
  }
}

/** Reads one answer; undefined while some of it is missing. */
export function readAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const bodyAt = headEnd + HEAD_END.length;
  if (length !== undefined) {
    if (text.length < bodyAt + Number(length)) return undefined;
    return { status, head, body: text.slice(bodyAt) };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, head, body: '' };
  if (text.indexOf(LAST_CHUNK, headEnd + 2) < 0) return undefined;
  return { status, head, body: unchunked(text.slice(bodyAt)) };
}

type Lane = {
  /** Number of the next request; undefined when the time is over. */
  readonly next: () => number | undefined;
  readonly isOver: () => boolean;
  readonly onBroken: () => void;
};

/** One connection, opened again when the server closes it, until there is no next request. */
function runLane({ port, request, onAnswer }: Drive, { next, isOver, onBroken }: Lane): Promise<void> {
  return new Promise((resolve) => {
    let pending: { readonly index: number; readonly sentAt: number } | undefined;
    let received = '';
    const send = (socket: Socket): void => {
      const index = next();
      if (index === undefined) {
        pending = undefined;
        socket.destroy();
        return;
      }
      received = '';
      pending = { index, sentAt: performance.now() };
      socket.write(request(index));
    };
    const open = (): void => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.setEncoding('latin1');
      socket.on('connect', () => send(socket));
      socket.on('error', () => {});
      socket.on('data', (text: string) => {
        received = received === '' ? text : received + text;
        const answer = pending === undefined ? undefined : readAnswer(received);
        if (answer === undefined || pending === undefined) return;
        onAnswer(answer, pending.index, performance.now() - pending.sentAt);
        pending = undefined;
        if (/\r\nconnection: *close/i.test(answer.head)) socket.end();
        else send(socket);
      });
      socket.on('close', () => {
        if (pending !== undefined) onBroken();
        pending = undefined;
        if (isOver()) resolve();
        else open();
      });
    };
    open();
  });
}

/** Keeps every connection busy for a time. */
export async function drive(options: Drive): Promise<Driven> {
  const startedAt = performance.now();
  const endsAt = startedAt + options.seconds * 1000;
  let index = 0;
  let broken = 0;
  const isOver = () => performance.now() >= endsAt && index >= (options.minimum ?? 0);
  const next = () => (isOver() ? undefined : index++);
  const onBroken = () => {
    broken += 1;
  };
  const lanes = Array.from({ length: options.connections }, () =>
    runLane(options, { next, isOver, onBroken }),
  );
  await Promise.all(lanes);
  return { seconds: (performance.now() - startedAt) / 1000, broken };
}
