/** Who may knock: what a browser on this machine could be made to send, and what two parsers would read differently. */
import { describe, expect, test } from 'vitest';
import { checkDoor } from '../../src/endpoint/doors.ts';
import type { Service } from '../../src/ports.ts';
import { rawExchange, requestText, statusesIn } from '../support/raw-http.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

let handled: string[] = [];

const service: Service = {
  name: 'echo',
  bodyLimit: 100,
  matches: ({ path }) => path === '/echo' || path === '/open',
  openToOrigins: ({ path }) => path === '/open',
  signedAs: () => null,
  asks: () => [],
  async handle({ path, body }) {
    handled.push(path);
    return { status: 200, body: `got ${body.toString('utf8')}` };
  },
  refuse: ({ kind }) => ({ status: 413, body: kind }),
};
const { port } = await testEndpoint([service]);
const ECHO = 'POST /echo HTTP/1.1';
const OPEN = 'POST /open HTTP/1.1';
const HOST = `Host: 127.0.0.1:${port}`;

async function knock(headers: readonly string[], line = ECHO, body = '') {
  handled = [];
  const text = await rawExchange(port, requestText(line, headers, body));
  return { statuses: statusesIn(text), handled, text };
}

type Row = readonly [id: string, headers: readonly string[], line: string];

test.each<Row>([
  ['the address', [HOST], ECHO],
  ['localhost', [`Host: localhost:${port}`], ECHO],
  ['localhost in capitals', [`Host: LOCALHOST:${port}`], ECHO],
  ['IPv6 loopback', [`Host: [::1]:${port}`], ECHO],
  ['its own origin', [HOST, `Origin: http://127.0.0.1:${port}`], ECHO],
  ['its own origin by another name', [HOST, `Origin: http://localhost:${port}`], ECHO],
  ['a page of its own', [HOST, 'Sec-Fetch-Site: same-origin'], ECHO],
  ['an address bar', [HOST, 'Sec-Fetch-Site: none'], ECHO],
  ['a chunked body', [HOST, 'Transfer-Encoding: Chunked'], ECHO],
  ['another origin, where the service is open to all', [HOST, 'Origin: https://app.example'], OPEN],
  ['another site, where the service is open to all', [HOST, 'Sec-Fetch-Site: cross-site'], OPEN],
])('%s may come in', async (_id, headers, line) => {
  const chunked = headers.some((header) => header.startsWith('Transfer-Encoding'));
  const seen = await knock(headers, line, chunked ? '2\r\nhi\r\n0\r\n\r\n' : '');
  expect(seen.statuses).toEqual([200]);
  expect(seen.handled).toHaveLength(1);
});

type Refusal = readonly [id: string, status: number, headers: readonly string[], line: string];

test.each<Refusal>([
  ['no Host', 400, [], ECHO],
  ['an empty Host', 403, ['Host:'], ECHO],
  ['a foreign Host (DNS rebinding)', 403, [`Host: evil.example:${port}`], ECHO],
  ['a foreign Host without a port', 403, ['Host: evil.example'], ECHO],
  ['a port that is the same number only', 403, [`Host: localhost:0${port}`], ECHO],
  ['its own port behind another one', 403, [`Host: localhost:1:${port}`], ECHO],
  ['its own name by another scheme', 403, [HOST, `Origin: https://localhost:${port}`], ECHO],
  ['its own name without a scheme', 403, [HOST, `Origin: localhost:${port}`], ECHO],
  ['loopback without a port', 403, ['Host: 127.0.0.1'], ECHO],
  ['loopback with another port', 403, [`Host: 127.0.0.1:${port + 1}`], ECHO],
  ['a name that begins with loopback', 403, [`Host: 127.0.0.1.evil.example:${port}`], ECHO],
  ['a name that ends with localhost', 403, [`Host: evil.localhost:${port}`], ECHO],
  ['a user name in Host', 403, [`Host: evil@127.0.0.1:${port}`], ECHO],
  ['another spelling of loopback', 403, [`Host: 127.1:${port}`], ECHO],
  ['a second Host', 403, [HOST, 'Host: evil.example'], ECHO],
  ['a foreign Host, where the service is open to all', 403, ['Host: evil.example'], OPEN],
  ['another origin', 403, [HOST, 'Origin: https://evil.example'], ECHO],
  ['another port of this machine', 403, [HOST, `Origin: http://127.0.0.1:${port + 1}`], ECHO],
  ['its own origin over https', 403, [HOST, `Origin: https://127.0.0.1:${port}`], ECHO],
  ['no origin to tell', 403, [HOST, 'Origin: null'], ECHO],
  [
    'two origins, one of them its own',
    403,
    [HOST, `Origin: http://127.0.0.1:${port}`, 'Origin: https://evil.example'],
    ECHO,
  ],
  ['another site', 403, [HOST, 'Sec-Fetch-Site: cross-site'], ECHO],
  ['another site, said twice', 403, [HOST, 'Sec-Fetch-Site: none', 'Sec-Fetch-Site: cross-site'], ECHO],
  ['an unknown transfer coding', 400, [HOST, 'Transfer-Encoding: xchunked'], ECHO],
  ['two transfer codings', 400, [HOST, 'Transfer-Encoding: gzip, chunked'], ECHO],
  ['a transfer coding twice', 400, [HOST, 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], ECHO],
  ['a transfer coding and a length', 400, [HOST, 'Transfer-Encoding: chunked', 'Content-Length: 4'], ECHO],
  ['two lengths', 400, [HOST, 'Content-Length: 0', 'Content-Length: 4'], ECHO],
  ['a whole URL for a target', 400, [HOST], 'GET http://evil.example/echo HTTP/1.1'],
  ['a star for a target', 400, [HOST], 'OPTIONS * HTTP/1.1'],
  ['a folded header', 400, [HOST, 'X-A: b', ' c: d'], ECHO],
  ['a space before a colon', 400, [HOST, 'Origin : https://evil.example'], ECHO],
])('%s is refused', async (_id, status, headers, line) => {
  const seen = await knock(headers, line);
  expect(seen.statuses).toEqual([status]);
  expect(seen.handled).toEqual([]);
});

test('a request inside the body of a refused one is never read', async () => {
  const second = `POST /echo HTTP/1.1\r\n${HOST}\r\n\r\n`;
  const text = `POST /echo HTTP/1.1\r\n${HOST}\r\nTransfer-Encoding: xchunked\r\n\r\n${second}`;
  handled = [];
  expect(statusesIn(await rawExchange(port, text))).toEqual([400]);
  expect(handled).toEqual([]);
});

test.each<readonly [readonly string[], boolean]>([
  [['chunked'], true],
  [['chunked', 'chunked'], false],
  [['chunked', 'identity'], false],
])('transfer codings %j: %s, whatever the parser before it lets through', (codings, open) => {
  const rawHeaders = [
    'Host',
    `127.0.0.1:${port}`,
    ...codings.flatMap((coding) => ['Transfer-Encoding', coding]),
  ];
  const head = { method: 'POST', path: '/echo', search: '', headers: {}, rawHeaders };
  expect(checkDoor(head, port) === undefined).toBe(open);
});

describe('what a refusal tells', () => {
  test('one sentence, an id of its own and not the sent one, no sniffing, no cross-origin header', async () => {
    const { text } = await knock([HOST, 'Origin: https://evil.example', 'X-Amzn-RequestId: mine']);
    expect(text).toMatch(/\r\nx-amzn-requestid: [0-9a-f-]{36}\r\n/);
    expect(text).toMatch(/\r\nx-content-type-options: nosniff\r\n/);
    expect(text).not.toMatch(/access-control|mine|evil/i);
    expect(text.split('\r\n\r\n')[1]).toBe('{"message":"Requests of another origin are refused."}');
  });

  test('an address of no service is not found, once the door is passed', async () => {
    expect((await knock([HOST], 'GET /nothing HTTP/1.1')).statuses).toEqual([404]);
    expect((await knock(['Host: evil.example'], 'GET /nothing HTTP/1.1')).statuses).toEqual([403]);
  });
});
