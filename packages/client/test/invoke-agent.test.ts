import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { AgentEvent } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { newSessionId, streamAgent } from '../src/index.ts';
import { type Answer, bodyOf, nobody, serve } from './support/servers.ts';

const TOKEN = 'canary-token-0123456789';
const TEXT: AgentEvent = { type: 'text', text: 'Grüße 😀' };
const ANSWER: AgentEvent = {
  type: 'answer',
  answer: { sub: 's', answer: 'a', model: 'offline', toolsOffered: [], toolCalls: [] },
};
const ERROR: AgentEvent = { type: 'error', error: { code: 'internal', message: 'm', next: 'n' } };

const frame = (event: unknown): string => `data: ${JSON.stringify(event)}\n\n`;

async function eventsOf(url: string, rest: { sessionId?: string; signal?: AbortSignal } = {}) {
  const events: AgentEvent[] = [];
  for await (const event of streamAgent({ url, token: TOKEN, prompt: 'hi', ...rest })) events.push(event);
  return events;
}

const streaming =
  (...pieces: readonly (string | Buffer)[]): Answer =>
  async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };

test('the request carries bearer, session and prompt, and asks for a stream', async () => {
  const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
  const url = await serve(async (request, response) => {
    seen.push({ headers: request.headers, body: await bodyOf(request) });
    response.end(frame(ANSWER));
  });
  await eventsOf(url, { sessionId: 's'.repeat(33) });
  await eventsOf(url);
  await eventsOf(url);
  const sessions = seen.map(({ headers }) => headers['x-amzn-bedrock-agentcore-runtime-session-id']);
  expect(seen[0]).toMatchObject({
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: '{"prompt":"hi"}',
  });
  expect(sessions[0]).toBe('s'.repeat(33));
  expect(sessions[1]).toMatch(/^[0-9a-f]{48}$/);
  expect(new Set(sessions).size).toBe(3);
});

test('RT-03 RT-04 the id of a session is 192 random bits: of 1,000 ids no two agree, and no bit leans to a side', () => {
  const ids = Array.from({ length: 1000 }, newSessionId);
  expect(new Set(ids).size).toBe(1000);
  const bytes = ids.map((id) => {
    expect(id).toMatch(/^[0-9a-f]{48}$/);
    return Buffer.from(id, 'hex');
  });
  const ones = (bit: number): number =>
    bytes.filter((id) => (((id[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1).length;
  const counts = Array.from({ length: 192 }, (_, bit) => ones(bit));
  // Eight standard deviations: chance leaves this range once in 10^12 runs.
  expect(counts.filter((count) => Math.abs(count - 500) > 127)).toEqual([]);
});

describe('events', () => {
  test('come in order, up to the answer', async () => {
    expect(await eventsOf(await serve(streaming(frame(TEXT), frame(ANSWER))))).toEqual([TEXT, ANSWER]);
  });

  test('or up to the error', async () => {
    expect(await eventsOf(await serve(streaming(frame(ERROR))))).toEqual([ERROR]);
  });

  test('are whole wherever the bytes are cut, inside a character too', async () => {
    const bytes = Buffer.from(`: ping\n\n${frame(TEXT)}${frame(ANSWER)}`);
    const pieces = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
    expect(await eventsOf(await serve(streaming(...pieces)))).toEqual([TEXT, ANSWER]);
  });

  test('that are good are given before one that is not', async () => {
    const url = await serve(streaming(`${frame(TEXT)}${frame({ type: 'other' })}`));
    const events = streamAgent({ url, token: TOKEN, prompt: 'hi' });
    expect((await events.next()).value).toEqual(TEXT);
    await expect(events.next()).rejects.toMatchObject({ code: 'bad_answer' });
  });
});

type Failure = readonly [id: string, code: string, url: () => Promise<string>];

test.each<Failure>([
  ['a stream that ends without an answer', 'bad_answer', () => serve(streaming(frame(TEXT)))],
  [
    'a stream that ends in the middle of the answer',
    'bad_answer',
    () => serve(streaming(frame(ANSWER).slice(0, -2))),
  ],
  ['an empty answer', 'bad_answer', () => serve(streaming())],
  ['data that is not JSON', 'bad_answer', () => serve(streaming('data: {\n\n'))],
  [
    'a connection that breaks',
    'unreachable',
    () =>
      serve((_request, response) => {
        response.writeHead(200);
        response.write(frame(TEXT), () => response.destroy());
      }),
  ],
  ['nobody who listens', 'unreachable', nobody],
  [
    'a redirect, which would carry the token away',
    'unreachable',
    async () => {
      const other = await serve(streaming(frame(ANSWER)));
      return serve((_request, response) => void response.writeHead(307, { location: other }).end());
    },
  ],
  [
    'a refusal',
    'refused',
    () => serve((_request, response) => void response.writeHead(401).end('Token expired')),
  ],
])('%s is %s', async (_id, code, url) => {
  const failure = await eventsOf(await url()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'ClientError', code });
  expect(JSON.stringify([failure, String(failure), (failure as Error).cause ?? ''])).not.toContain(TOKEN);
});

test('a refusal is told with its status and the first of its words', async () => {
  const url = await serve((_request, response) => void response.writeHead(403).end(`no ${'x'.repeat(2000)}`));
  await expect(eventsOf(url)).rejects.toThrow(/^The runtime answered 403: no x{497}$/);
});

test('a caller who gives up gets what it gave up with', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const url = await serve(async (request, response) => {
    response.writeHead(200);
    response.write(frame(TEXT));
    await once(request.socket, 'close');
  });
  const events = streamAgent({ url, token: TOKEN, prompt: 'hi', signal: controller.signal });
  await events.next();
  controller.abort(reason);
  await expect(events.next()).rejects.toBe(reason);
  await expect(eventsOf(url, { signal: controller.signal })).rejects.toBe(reason);
});
