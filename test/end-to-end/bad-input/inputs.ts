/** Bad requests, made of the good one of a door. */
import { toolCall } from '../support/doors.ts';
import { type Sent, zeros } from '../support/http.ts';
import type { Draft } from '../support/sigv4.ts';

/** What is left of a body when the connection breaks. */
export const HALF_JSON = '{"a":';
export const JSON_TYPE = 'application/json';

/** Another body. */
export const body =
  (text: string) =>
  (good: Draft): Sent => ({ ...good, body: text });
/** Another body, from a JSON value. */
export const json = (value: unknown) => body(JSON.stringify(value));
/** One header more, or another value of one. */
export const header =
  (name: string, value: string) =>
  (good: Draft): Sent => ({ ...good, headers: { ...good.headers, [name]: value } });
/** One header less. */
export const without =
  (name: string) =>
  ({ headers: { [name]: _gone, ...headers }, ...good }: Draft): Sent => ({ ...good, headers });
/** Something else in the path or the query. */
export const path =
  (from: string | RegExp, to: string) =>
  (good: Draft): Sent => ({ ...good, path: good.path.replace(from, to) });
/** Something else in the body. */
export const text =
  (from: string | RegExp, to: string) =>
  (good: Draft): Sent => ({ ...good, body: good.body.replace(from, to) });
/** A GET, of the same path unless told. */
export const get =
  (at?: string) =>
  (good: Draft): Sent => ({ ...good, method: 'GET', path: at ?? good.path, body: '' });
/** A body of a length, told in advance or known only by its end. */
export const sized =
  (bytes: number, told: 'told' | 'untold') =>
  (good: Draft): Sent => {
    const length: Record<string, string> =
      told === 'told' ? { 'content-length': String(bytes) } : { 'transfer-encoding': 'chunked' };
    return { ...good, headers: { ...good.headers, ...length }, body: zeros(bytes) };
  };
/** Another call of a tool. */
export const call = (name: string, args: unknown) => json(toolCall(name, args));
export const FORMAT = 'ReportTarget___format_report';
/** A call of {@link FORMAT} that is good but for what its title makes the function do. */
export const titled = (title: string) => call(FORMAT, { title, data: 'a\n1' });
