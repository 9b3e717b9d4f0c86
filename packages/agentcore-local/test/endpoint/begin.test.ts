/** A service that decides on the head: what a stranger may cost, and how a client learns of it. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok } from '@secure-agent/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RequestStart, Service } from '../../src/ports.ts';
import { requestText, statusesIn } from '../support/raw-http.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

let heads: RequestStart[] = [];
let bodies: string[] = [];
beforeEach(() => {
  heads = [];
  bodies = [];
});

const LIMIT = 1_000_000;
/** Lets in who knows the word. */
const service: Service = {
  name: 'door',
  bodyLimit: LIMIT,
  matches: () => true,
  signedAs: ({ path }) => (path === '/signed' ? 'dynamodb' : null),
  asks: () => [],
  handle: async () => ({ status: 500 }),
  async begin(start) {
    heads.push(start);
    if (start.headers['x-word'] !== 'sesame') return err({ status: 401, body: 'who are you?\n' });
    return ok(async (body) => {
      if (!body.ok) return { status: 413, body: `${body.error.kind} for you` };
      bodies.push(body.value.toString());
      return { status: 200, body: `got ${body.value.length}` };
    });
  },
  refuse: ({ kind }) => ({ status: 403, body: kind }),
};
const { port, url } = await testEndpoint([service]);
const HOST = `Host: 127.0.0.1:${port}`;
const WORD = 'X-Word: sesame';

/** Sends bytes, then asks `next` for more with each answer, until the server closes. */
async function dialogue(
  first: string | Buffer,
  next: (so_far: string) => string | Buffer | undefined = () => undefined,
) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    const more = next(text);
    if (more !== undefined) socket.write(more);
  });
  socket.write(first);
  const [failed] = await once(socket, 'close');
  return { text, failed };
}

describe('before the body', () => {
  test('a stranger is refused though not a byte of the announced 100 MB has come', async () => {
    const { text } = await dialogue(requestText('POST / HTTP/1.1', [HOST, 'Content-Length: 100000000']));
    expect(statusesIn(text)).toEqual([401]);
    expect(bodies).toEqual([]);
  });

  test('the control twin: one who is let in has the body read', async () => {
    const sent = requestText('POST / HTTP/1.1', [HOST, WORD, 'Content-Length: 5'], 'hello');
    expect(statusesIn((await dialogue(sent)).text)).toEqual([200]);
    expect(bodies).toEqual(['hello']);
  });

  test('the head is the whole head, with an id and a signal', async () => {
    await fetch(`${url}/a%2Fb?c=d`, { method: 'POST', body: 'x' });
    expect(heads[0]).toMatchObject({ method: 'POST', path: '/a%2Fb', search: 'c=d' });
    expect(heads[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(heads[0]?.signal).toBeInstanceOf(AbortSignal);
    expect(heads[0]).not.toHaveProperty('body');
  });

  test('where the endpoint verifies signatures, it still does so first', async () => {
    const response = await fetch(`${url}/signed`, {
      method: 'POST',
      body: 'x',
      headers: { 'x-word': 'sesame' },
    });
    expect([response.status, await response.text()]).toEqual([403, 'unsigned']);
    expect(heads).toEqual([]);
  });

  test('a body over the limit is said to the one who was let in', async () => {
    const response = await fetch(url, {
      method: 'POST',
      body: new Uint8Array(LIMIT + 1),
      headers: { 'x-word': 'sesame' },
    });
    expect([response.status, await response.text()]).toEqual([413, 'too_large for you']);
  });

  test('a connection that was refused serves the next request', async () => {
    const refused = [`POST / HTTP/1.1`, HOST, 'Content-Length: 4', '', 'abcd'].join('\r\n');
    const next = requestText('POST / HTTP/1.1', [HOST, WORD, 'Content-Length: 2'], 'ok');
    expect(statusesIn((await dialogue(refused + next)).text)).toEqual([401, 200]);
    expect(bodies).toEqual(['ok']);
  });
});

describe('RT-22 a client that closes and is told too late', () => {
  test.each([
    ['a stranger', [], 401],
    ['one with too much', [WORD], 413],
  ])('%s has sent 5 MB and still reads the whole answer', async (_, headers, status) => {
    const size = 5_000_000;
    const head = requestText('POST / HTTP/1.1', [HOST, ...headers, `Content-Length: ${size}`]);
    const { text, failed } = await dialogue(Buffer.concat([Buffer.from(head), Buffer.alloc(size)]));
    expect(statusesIn(text)).toEqual([status]);
    expect(text).toMatch(/(who are you\?\n|too_large for you)$/);
    expect(failed).toBe(false);
  });

  test('one that stops sending is closed after a moment', async () => {
    const head = requestText('POST / HTTP/1.1', [HOST, `Content-Length: ${LIMIT * 2}`]);
    expect(statusesIn((await dialogue(`${head}some`)).text)).toEqual([401]);
  });
});

describe('Expect: 100-continue (RFC 9110 section 10.1.1)', () => {
  const EXPECT = 'Expect: 100-continue';

  test('a stranger is never told to go on', async () => {
    // It did not ask for the connection to close: the server must, as a body may follow or not.
    const { text } = await dialogue(`POST / HTTP/1.1\r\n${HOST}\r\n${EXPECT}\r\nContent-Length: 5\r\n\r\n`);
    expect(statusesIn(text)).toEqual([401]);
    expect(text).toMatch(/connection: close/i);
  });

  test('one who is let in is told so, and then sends', async () => {
    const head = requestText('POST / HTTP/1.1', [HOST, WORD, EXPECT, 'Content-Length: 5']);
    const { text } = await dialogue(head, (soFar) =>
      / 100 Continue\r\n\r\n$/.test(soFar) ? 'hello' : undefined,
    );
    expect(statusesIn(text)).toEqual([100, 200]);
    expect(bodies).toEqual(['hello']);
  });
});

test('a client that goes away while the service thinks does not reach it any further', async () => {
  const thinking = Promise.withResolvers<RequestStart>();
  const go = Promise.withResolvers<void>();
  let proceeded = 0;
  const slow = await testEndpoint([
    {
      ...service,
      async begin(start) {
        thinking.resolve(start);
        await go.promise;
        return ok(async () => {
          proceeded += 1;
          return { status: 200 };
        });
      },
    },
  ]);
  const socket = connect(slow.port, '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1:${slow.port}\r\nContent-Length: 9\r\n\r\nhalf`);
  const { signal } = await thinking.promise;
  const aborted = once(signal, 'abort');
  socket.destroy();
  await aborted;
  go.resolve();
  await sleep(0);
  expect(proceeded).toBe(0);
});
