import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Clock, discoveryUrlOf, waitForDiscovery } from '../../src/index.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** An issuer that answers each request by the next of these; the last one stays. */
async function issuerThat(...answers: RequestListener[]): Promise<{ issuer: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answers[Math.min(asked.length, answers.length) - 1]?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pool`, asked };
}

const says =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

/** The document of whoever is asked: the host of the request is the issuer's. */
const ready: RequestListener = (request, response) =>
  response.end(JSON.stringify({ issuer: `http://${request.headers.host}/pool`, jwks_uri: 'x' }));

const never: RequestListener = () => {};

/** Sends its status and never its end. */
const drips: RequestListener = (_request, response) => {
  response.writeHead(200);
  response.write('{');
};

/** A clock that moves only when somebody waits. */
function fakeClock(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  let now = 5_000_000;
  return {
    waits,
    now: () => now,
    async wait(milliseconds) {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}

test('a document that is there: one request, no wait', async () => {
  const { issuer, asked } = await issuerThat(ready);
  const clock = fakeClock();
  expect(await waitForDiscovery(issuer, { clock })).toBe(1);
  expect(asked).toEqual(['/pool/.well-known/openid-configuration']);
  expect(clock.waits).toEqual([]);
});

describe('what is not ready yet is asked again after 30 s', () => {
  test.each<readonly [string, RequestListener, RegExp]>([
    ['404', says(404, '{}'), /answers 404/],
    ['500', says(500, 'down'), /answers 500/],
    // The SPA in front of it answers every path with its page.
    ['200 that is a page', says(200, '<html>'), /not JSON/],
    ['200 without an issuer', says(200, '{"jwks_uri":"x"}'), /names no issuer/],
    ['200 with an empty issuer', says(200, '{"issuer":""}'), /names no issuer/],
    ['200 with null', says(200, 'null'), /names no issuer/],
    ['204', says(204, ''), /answers 204/],
    ['a document with status 201', says(201, '{"issuer":"x"}'), /answers 201/],
    ['a redirect', says(302, '', { location: 'http://127.0.0.1:1/' }), /answers 302/],
    ['no answer', never, /took more than 0.1 s/],
    ['a body without an end', drips, /took more than 0.1 s/],
    ['a connection that breaks', (request) => request.socket.destroy(), /cannot be reached/],
  ])('%s', async (_id, answer, why) => {
    const { issuer, asked } = await issuerThat(answer, ready);
    const clock = fakeClock();
    const onWait = vi.fn();
    expect(await waitForDiscovery(issuer, { clock, onWait, requestMs: 100 })).toBe(2);
    expect(asked).toHaveLength(2);
    expect(clock.waits).toEqual([30_000]);
    expect(onWait).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(why), 0);
  });
});

test('the deadline: 600 s, then the last reason and what to do', async () => {
  const { issuer, asked } = await issuerThat(says(404, ''), says(503, ''));
  const clock = fakeClock();
  await expect(waitForDiscovery(issuer, { clock })).rejects.toMatchObject({
    code: 'discovery_not_ready',
    message: expect.stringMatching(/after 600 s: it answers 503\. Run the command again/),
  });
  // The first at once, the last at 600 s.
  expect(asked).toHaveLength(21);
  expect(clock.waits).toHaveLength(20);
});

test('ready at the last moment is ready', async () => {
  const notYet = Array.from({ length: 20 }, () => says(404, ''));
  const { issuer } = await issuerThat(...notYet, ready);
  expect(await waitForDiscovery(issuer, { clock: fakeClock() })).toBe(21);
});

test('another issuer is an error at once: waiting mends no name, and tokens would be refused', async () => {
  const { issuer, asked } = await issuerThat(says(200, '{"issuer":"https://evil.example"}'), ready);
  const clock = fakeClock();
  const refusal = { code: 'issuer_mismatch', message: expect.not.stringContaining('evil.example') };
  await expect(waitForDiscovery(issuer, { clock })).rejects.toMatchObject(refusal);
  expect(asked).toHaveLength(1);
  expect(clock.waits).toEqual([]);
});

test('an issuer that differs by a slash is another one (Discovery 1.0 section 4.3)', async () => {
  const { issuer } = await issuerThat((request, response) =>
    response.end(JSON.stringify({ issuer: `http://${request.headers.host}/pool/` })),
  );
  await expect(waitForDiscovery(issuer, { clock: fakeClock() })).rejects.toMatchObject({
    code: 'issuer_mismatch',
  });
});

test.each(['https://i.example/p', 'https://i.example/p/'])('the address of %s has one slash', (issuer) => {
  expect(discoveryUrlOf(issuer)).toBe('https://i.example/p/.well-known/openid-configuration');
});
