/** HTTP as bytes: what fetch repairs or refuses to send. */
import { connect } from 'node:net';

/** Sends bytes and gives everything that came back until the server closed. */
export function rawExchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** A request of these header lines that asks the server to close afterwards. */
export const requestText = (line: string, headers: readonly string[], body = ''): string =>
  [line, ...headers, 'Connection: close', '', body].join('\r\n');

/** Status codes of the answers in a text, in order. */
export const statusesIn = (text: string): readonly number[] =>
  Array.from(text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm), ([, status]) => Number(status));
