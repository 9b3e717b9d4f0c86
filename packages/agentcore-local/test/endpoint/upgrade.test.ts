/** WebSocket handshakes at the endpoint: the same doors as for a request, and nothing left open. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { err, ok } from '@secure-agent/contracts';
import { beforeEach, expect, test } from 'vitest';
import type { RequestStart, Service } from '../../src/ports.ts';
import { rawExchange, statusesIn } from '../support/raw-http.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

let asked: RequestStart[] = [];
beforeEach(() => {
  asked = [];
});

const service: Service = {
  name: 'socket',
  bodyLimit: 100,
  matches: ({ path }) => path.startsWith('/ws') || path === '/plain',
  signedAs: () => null,
  asks: () => [],
  handle: async ({ method }) => ({ status: 200, body: `plain ${method}` }),
  async upgrade(start) {
    asked.push(start);
    if (start.path === '/ws/no') return err({ status: 401, headers: { 'x-why': 'no' }, body: 'not you' });
    if (start.path === '/ws/fail') throw new Error('secret-of-the-service');
    return ok(({ socket }) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
      );
      socket.on('data', (data) => socket.end(`said ${data}`));
    });
  },
  refuse: ({ kind }) => ({ status: 400, body: kind }),
};
const without: Service = {
  name: 'none',
  bodyLimit: 100,
  matches: ({ path }) => path === '/none',
  signedAs: () => null,
  asks: () => [],
  handle: service.handle,
  refuse: service.refuse,
};
const { port, errors } = await testEndpoint([service, without]);
const HOST = `Host: 127.0.0.1:${port}`;
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];

const text = (path: string, headers: readonly string[], host = HOST): string =>
  [`GET ${path} HTTP/1.1`, host, ...headers, '', ''].join('\r\n');

test('a service that takes it has the connection', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(text('/ws', UPGRADE));
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
    if (received.endsWith('hello')) socket.write('hi');
  });
  await once(socket, 'close');
  expect(statusesIn(received)).toEqual([101]);
  expect(received).toMatch(/hellosaid hi$/);
});

test.each([
  ['the service refuses', '/ws/no', [], 401],
  ['the service fails', '/ws/fail', [], 500],
  ['a service without WebSockets', '/none', [], 404],
  ['no service', '/nowhere', [], 404],
  ['RT-17 another origin', '/ws', ['Origin: http://attacker.test'], 403],
  ['RT-17 another port of this machine', '/ws', [`Origin: http://127.0.0.1:${port + 1}`], 403],
  ['RT-17 another site', '/ws', ['Sec-Fetch-Site: cross-site'], 403],
] as const)('%s: refused in HTTP, and closed', async (_, path, headers, status) => {
  const answered = await rawExchange(port, text(path, [...UPGRADE, ...headers]));
  expect(statusesIn(answered)).toEqual([status]);
  expect(answered).not.toContain('secret-of');
  expect(asked).toHaveLength(path.startsWith('/ws/') ? 1 : 0);
});

test('BX-21 a foreign Host is refused before the service is asked', async () => {
  const answered = await rawExchange(port, text('/ws', UPGRADE, `Host: attacker.test:${port}`));
  expect(statusesIn(answered)).toEqual([403]);
  expect(asked).toEqual([]);
});

test('the reason of a failure is for the log', () => {
  expect(errors).toContainEqual(expect.objectContaining({ message: 'secret-of-the-service' }));
});

test('its own origin may come in', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(text('/ws', [...UPGRADE, `Origin: http://127.0.0.1:${port}`]));
  const [chunk] = await once(socket, 'data');
  expect(statusesIn(String(chunk))).toEqual([101]);
  socket.destroy();
});

test('an offer of HTTP/2 with a plain request is no handshake', async () => {
  const offer = ['Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQ'];
  const answered = await rawExchange(port, text('/plain', offer));
  expect(statusesIn(answered)).toEqual([200]);
  expect(answered).toMatch(/plain GET$/);
  expect(asked).toEqual([]);
});

test('a client that goes away while the service thinks is told to the service, which gets no connection', async () => {
  const thinking = Promise.withResolvers<RequestStart>();
  const go = Promise.withResolvers<void>();
  let taken = 0;
  const slow = await testEndpoint([
    {
      ...service,
      async upgrade(start) {
        thinking.resolve(start);
        await go.promise;
        return ok(() => {
          taken += 1;
        });
      },
    },
  ]);
  const socket = connect(slow.port, '127.0.0.1');
  socket.write(text('/ws', UPGRADE, `Host: 127.0.0.1:${slow.port}`));
  const { signal } = await thinking.promise;
  const aborted = once(signal, 'abort');
  socket.destroy();
  await aborted;
  go.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBe(0);
});

test('the end of the endpoint ends what was handed over', async () => {
  const own = await testEndpoint([service]);
  const socket = connect(own.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(text('/ws', UPGRADE, `Host: 127.0.0.1:${own.port}`));
  await once(socket, 'data');
  const closed = once(socket, 'close');
  await own.close();
  await closed;
});
