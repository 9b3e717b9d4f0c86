/** One request and its answer as bytes: header lines twice, oddly framed, or folded, as the attacker likes. */
import { converse } from '../../end-to-end/support/http.ts';

export type Line = readonly [name: string, value: string];

export type RawRequest = {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly lines: readonly Line[];
  readonly body: string;
};

export type Answer = {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
};

/** The bytes of a request. Nothing is added. */
export const textOf = ({ method, target, lines, body }: RawRequest): string =>
  `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;

function dechunked(text: string): string {
  const [, size = '0', rest = ''] = /^([0-9a-fA-F]+)\r\n([\s\S]*)$/.exec(text) ?? [];
  const length = Number.parseInt(size, 16);
  return length === 0 ? '' : rest.slice(0, length) + dechunked(rest.slice(length + 2));
}

/** Reads the one answer in what came back. Anything but exactly one is an error. */
export function readAnswer(raw: string): Answer {
  const end = raw.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = raw.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) ?/.exec(statusLine)?.[1];
  if (end < 0 || status === undefined) throw new Error(`no answer: ${JSON.stringify(raw.slice(0, 80))}`);
  const headers = new Map(
    fields.map((field): [string, string] => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const rest = raw.slice(end + 4);
  const body = headers.get('transfer-encoding') === 'chunked' ? dechunked(rest) : rest;
  return { status: Number(status), headers, text: Buffer.from(body, 'latin1').toString('utf8') };
}

/** Sends bytes that ask the server to close; everything that came back until it did. */
export const exchangeBytes = (port: number, bytes: string): Promise<string> => converse(port, bytes);

export const exchange = async (port: number, request: RawRequest): Promise<Answer> =>
  readAnswer(await exchangeBytes(port, textOf(request)));
