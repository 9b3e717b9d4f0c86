import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { ok } from '@secure-agent/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { closeServer, listen, loopbackServer } from '../../src/endpoint/loopback-server.ts';
import type { LocalRequest, LocalResponse, Service } from '../../src/ports.ts';
import { rawExchange, statusesIn } from '../support/raw-http.ts';
import { testEndpoint } from '../support/test-endpoint.ts';

let handled: LocalRequest[] = [];
let answer: (request: LocalRequest) => Promise<LocalResponse>;
beforeEach(() => {
  handled = [];
  answer = async ({ body }) => ({ status: 200, body: `${body.length} bytes` });
});

const LIMIT = 100_000;
const service = (name: string, signedAs: string | null): Service => ({
  name,
  bodyLimit: LIMIT,
  matches: ({ path }) => path.startsWith(`/${name}`),
  signedAs: () => signedAs,
  asks: () => [],
  handle(request) {
    handled.push(request);
    return answer(request);
  },
  refuse: ({ kind }, requestId) => ({
    status: kind === 'too_large' ? 413 : 403,
    headers: { 'x-amzn-requestid': requestId },
    body: `refused: ${kind}`,
  }),
});

const endpoint = await testEndpoint([
  service('open', null),
  service('signed', 'dynamodb'),
  service('open', null),
]);
const { url, port, errors } = endpoint;
const HOST = `Host: 127.0.0.1:${port}`;

async function read(response: Response): Promise<readonly [number, string]> {
  return [response.status, await response.text()];
}
const post = async (path: string, body: string | Uint8Array<ArrayBuffer>, init: RequestInit = {}) =>
  read(await fetch(`${url}${path}`, { method: 'POST', body, ...init }));

/** A body without a length: fetch sends a stream in chunks. */
function chunked(size: number): RequestInit {
  const chunk = new Uint8Array(10_000);
  let left = size;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk.subarray(0, Math.min(left, chunk.length)));
      left -= chunk.length;
    },
  });
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
  return init;
}

test('a service gets the request as it was sent', async () => {
  await post('/open/a%2Fb?x=%20y&z', 'text', { headers: { 'X-Two': 'b' } });
  const [request] = handled;
  expect(request).toMatchObject({ method: 'POST', path: '/open/a%2Fb', search: 'x=%20y&z' });
  expect(request?.body.toString()).toBe('text');
  expect(request?.rawHeaders).toContain('X-Two');
  expect(request?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(request?.caller).toBeUndefined();
});

describe('the size of a body', () => {
  test.each([
    ['with a length', (size: number) => post('/open', new Uint8Array(size))],
    ['in chunks', async (size: number) => read(await fetch(`${url}/open`, chunked(size)))],
  ])('%s: the limit passes, one byte more is refused with an answer', async (_id, send) => {
    expect(await send(LIMIT)).toEqual([200, `${LIMIT} bytes`]);
    expect(await send(LIMIT + 1)).toEqual([413, 'refused: too_large']);
    expect(await send(LIMIT * 50)).toEqual([413, 'refused: too_large']);
    expect(handled).toHaveLength(1);
    expect(await send(1)).toEqual([200, '1 bytes']);
  });
});

describe('signatures', () => {
  test('an unsigned request never reaches a service that wants one', async () => {
    expect(await post('/signed', '{}')).toEqual([403, 'refused: unsigned']);
    expect(handled).toEqual([]);
  });

  test('a service that authenticates by itself is asked for none', async () => {
    expect((await post('/open', '{}'))[0]).toBe(200);
  });
});

describe('who asks IAM', () => {
  const REFUSED = 'refused: not_allowed';
  const signer = { arn: 'arn:aws:iam::111122223333:role/reader', accessKeyId: 'AKIDEXAMPLE' };
  const asked: (readonly string[])[] = [];
  const guarded = (one: Service) =>
    testEndpoint([one], {
      verifySignature: async () => ok(signer),
      iam: {
        allows(arn, action, resource) {
          asked.push([arn, action, resource]);
          return action === 'kms:Sign';
        },
      },
    });
  const send = async (one: Service) =>
    read(await fetch(`${(await guarded(one)).url}/signed`, { method: 'POST' }));
  beforeEach(() => asked.splice(0));

  test('the endpoint, for every action of the request; one that the signer may not do is refused', async () => {
    const actions = [
      { action: 'kms:Sign', resource: 'key' },
      { action: 'kms:Verify', resource: 'key' },
    ];
    const one = { ...service('signed', 'kms'), asks: () => actions };
    expect(await send(one)).toEqual([403, REFUSED]);
    expect(asked).toEqual(actions.map(({ action, resource }) => [signer.arn, action, resource]));
    expect(handled).toEqual([]);
    expect(await send({ ...one, asks: () => actions.slice(0, 1) })).toEqual([200, '0 bytes']);
  });

  test('the service itself, where it says so', async () => {
    expect(await send({ ...service('signed', 'kms'), asks: 'by_itself' })).toEqual([200, '0 bytes']);
    expect(asked).toEqual([]);
    expect(handled).toHaveLength(1);
  });

  test('nobody: a service that does not say is not taken, by the compiler or by the endpoint', async () => {
    const { asks: _, ...forgot } = service('forgot', 'kms');
    const one = await guarded(service('signed', 'kms'));
    // @ts-expect-error it says nothing of IAM
    expect(() => one.serve([forgot])).toThrow(/"forgot" does not say who asks IAM/);
    expect((await fetch(`${one.url}/forgot`)).status).toBe(404);
  });
});

describe('a service that fails', () => {
  test('tells the log everything and the client nothing', async () => {
    answer = async () => {
      throw new Error('secret-of-the-service at /home/somebody');
    };
    const response = await fetch(`${url}/open`);
    const text = JSON.stringify([...response.headers, await response.text()]);
    expect(response.status).toBe(500);
    expect(text).toContain('Internal server error.');
    expect(text).not.toMatch(/secret|somebody/);
    expect(errors).toContainEqual(expect.objectContaining({ message: expect.stringContaining('secret-of') }));
  });

  test('after half an answer ends the connection', async () => {
    answer = async () => ({
      status: 200,
      body: (async function* () {
        yield Buffer.from('half');
        throw new Error('broken');
      })(),
    });
    const response = await fetch(`${url}/open`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test('with headers that cannot be sent leaves none of them behind', async () => {
    answer = async () => ({ status: 200, headers: { 'x-secret': 'left-over', 'x-bad': 'a\r\nb' }, body: '' });
    const response = await fetch(`${url}/open`);
    expect(response.status).toBe(500);
    expect(response.headers.get('x-secret')).toBeNull();
  });

  test('does not stop the next one', async () => {
    answer = async () => {
      throw undefined;
    };
    expect((await post('/open', ''))[0]).toBe(500);
    answer = async () => ({ status: 204 });
    expect((await post('/open', ''))[0]).toBe(204);
  });
});

test('a streamed answer goes out as it comes', async () => {
  const first = Promise.withResolvers<void>();
  answer = async () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: (async function* () {
      yield Buffer.from('one');
      await first.promise;
      yield Buffer.from('two');
    })(),
  });
  const response = await fetch(`${url}/open`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe('one');
  // Only now may the service go on: had the answer been held back, nothing would have come so far.
  first.resolve();
  expect((await reader?.read())?.value).toBe('two');
  expect((await reader?.read())?.done).toBe(true);
});

describe('a client that goes away', () => {
  test('while it waits: the signal aborts', async () => {
    const aborted = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    answer = ({ signal }) => {
      signal.addEventListener('abort', () => aborted.resolve());
      started.resolve();
      return new Promise(() => {});
    };
    const controller = new AbortController();
    const gone = fetch(`${url}/open`, { signal: controller.signal }).catch(() => 'gone');
    await started.promise;
    controller.abort();
    await aborted.promise;
    expect(await gone).toBe('gone');
  });

  test('while it is being answered: the stream is given up', async () => {
    const given = Promise.withResolvers<void>();
    answer = async () => ({
      status: 200,
      body: (async function* () {
        try {
          for (;;) {
            yield Buffer.alloc(65_536);
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          given.resolve();
        }
      })(),
    });
    const request = httpRequest(`${url}/open`, (response) => response.once('data', () => request.destroy()));
    request.on('error', () => {});
    request.end();
    await given.promise;
  });

  test('while it sends: the service is not called', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(`POST /open HTTP/1.1\r\n${HOST}\r\nContent-Length: 9\r\n\r\nhalf`);
    await once(socket, 'connect');
    socket.destroy();
    expect((await post('/open', 'whole'))[0]).toBe(200);
    expect(handled.map(({ body }) => body.toString())).toEqual(['whole']);
  });

  test('after its answer: nothing is aborted', async () => {
    await post('/open', '');
    expect(handled[0]?.signal.aborted).toBe(false);
  });
});

describe('patience', () => {
  test.each([
    ['headers that never end', `POST /open HTTP/1.1\r\n${HOST.slice(0, 4)}`],
    ['a body that never comes', 'POST /open HTTP/1.1\r\nHost: HERE\r\nContent-Length: 5\r\n\r\nab'],
    [
      'a body of chunks that never ends',
      'POST /open HTTP/1.1\r\nHost: HERE\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n',
    ],
  ])('%s: the connection ends', async (_id, text) => {
    const impatient = await testEndpoint([service('open', null)], {
      patience: { headers: 40, request: 80, check: 20 },
    });
    const answered = await rawExchange(impatient.port, text.replace('HERE', `127.0.0.1:${impatient.port}`));
    expect(statusesIn(answered)).toEqual([408]);
    expect(handled).toEqual([]);
  });

  test('while a slow answer may take its time', async () => {
    const impatient = await testEndpoint([service('open', null)], {
      patience: { headers: 40, request: 80, check: 20 },
    });
    answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return { status: 200 };
    };
    expect((await fetch(`${impatient.url}/open`)).status).toBe(200);
  });

  test('there is a limit where nobody asks for another', () => {
    const server = loopbackServer();
    expect(server.headersTimeout).toBeLessThanOrEqual(10_000);
    expect(server.requestTimeout).toBeLessThanOrEqual(60_000);
    expect(Math.min(server.headersTimeout, server.requestTimeout)).toBeGreaterThan(0);
  });
});

describe('a port', () => {
  test('that is taken is named, with what to do', async () => {
    await expect(testEndpointAt(port)).rejects.toMatchObject({
      name: 'LoadError',
      code: 'port_taken',
      message: expect.stringMatching(new RegExp(`Port ${port} is taken.*--port`)),
    });
  });

  test('is reached over loopback only', async () => {
    const server = loopbackServer();
    await listen(server, 0);
    expect(server.address()).toMatchObject({ address: '127.0.0.1' });
    await closeServer(server);
  });

  test('is free again once closed, open connections or not', async () => {
    const server = loopbackServer();
    const own = await listen(server, 0);
    const socket = connect(own, '127.0.0.1');
    await once(socket, 'connect');
    await closeServer(server);
    const again = loopbackServer();
    expect(await listen(again, own)).toBe(own);
    await closeServer(again);
  });
});

const testEndpointAt = (taken: number): Promise<number> => listen(loopbackServer(), taken);
