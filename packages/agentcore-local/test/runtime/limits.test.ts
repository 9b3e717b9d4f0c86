/** Addresses, parameters and limits of time and size at the runtime's door. */
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { chunkWatch } from '../../src/runtime/stream-limits.ts';
import { eventually, manualTimers } from '../processes/support.ts';
import {
  ARN,
  type Ask,
  ask,
  contextFolder,
  INVOCATIONS,
  jsonOf,
  mint,
  NOW,
  newSession,
  openDoor,
  printed,
  runtimeRecord,
  textOf,
} from './support.ts';

const alone = { maxProcesses: 1 };
const lasting = openDoor(runtimeRecord(), alone);

describe('a runtime is addressed by its id and its account', () => {
  const BY_ID = '/runtimes/hr_agent-abcdefghij/invocations';
  it('as by its ARN', async () => {
    const request = ask({ do: 'pid' }, { path: BY_ID, search: 'accountId=000000000000&qualifier=DEFAULT' });
    expect(lasting.service.matches(request)).toBe(true);
    expect(await jsonOf(await lasting.service.handle(request))).toEqual({ pid: expect.any(Number) });
    expect(lasting.decisions.at(-1)).toMatchObject({ outcome: 'allow', resource: ARN });
  });

  it('an ARN may come with its own account', async () => {
    const request = ask({ do: 'pid' }, { search: 'accountId=000000000000' });
    expect(await jsonOf(await lasting.service.handle(request))).toEqual({ pid: expect.any(Number) });
  });

  it.each<readonly [string, Ask]>([
    ['an id without an account', { path: BY_ID, search: '' }],
    ['another account', { path: BY_ID, search: 'accountId=111111111111' }],
    ['an account that is none', { path: BY_ID, search: 'accountId=1' }],
    ['BX-18 two accounts', { path: BY_ID, search: 'accountId=000000000000&accountId=111111111111' }],
    ['BX-18 an ARN with another account', { search: 'accountId=111111111111' }],
    [
      'BX-18 an id, a letter of it encoded',
      { path: BY_ID.replace('hr', '%68r'), search: 'accountId=000000000000' },
    ],
  ])('%s: 404', async (_, options) => {
    const request = ask({ do: 'pid' }, options);
    const response = await lasting.service.handle(request);
    expect(response.status).toBe(404);
    expect(lasting.decisions.at(-1)).toMatchObject({ outcome: 'deny', request_id: request.requestId });
  });
});

describe('endpoints', () => {
  it('one that the registry knows is served; its challenge and metadata name it', async () => {
    const beta = { search: 'qualifier=BETA' };
    expect(await jsonOf(await lasting.service.handle(ask({ do: 'pid' }, beta)))).toEqual({
      pid: expect.any(Number),
    });
    const refused = await lasting.service.handle(ask({}, { ...beta, rawHeaders: [] }));
    expect(refused.headers?.['www-authenticate']).toContain('oauth-protected-resource?qualifier=BETA"');
    const path = `${INVOCATIONS}/.well-known/oauth-protected-resource`;
    const metadata = await lasting.service.handle(ask({}, { ...beta, method: 'GET', path, rawHeaders: [] }));
    expect((await jsonOf(metadata)).resource).toMatch(/invocations\?qualifier=BETA$/);
  });

  it('a session belongs to the endpoint where it was begun', async () => {
    const door = openDoor(runtimeRecord(), { maxProcesses: 2 });
    const session = newSession();
    const pid = async (search: string) =>
      (await jsonOf(await door.service.handle(ask({ do: 'pid' }, { session, search })))).pid;
    const first = await pid('qualifier=DEFAULT');
    expect(await pid('qualifier=BETA')).not.toBe(first);
    expect(await pid('')).toBe(first);
  });
});

describe('parameters of the API are bounded', () => {
  it.each([
    ['content-type', 'contentType', 256],
    ['accept', 'accept', 256],
    ['x-amzn-trace-id', 'traceId', 128],
    ['traceparent', 'traceParent', 128],
    ['tracestate', 'traceState', 512],
    ['baggage', 'baggage', 8192],
    ['mcp-session-id', 'mcpSessionId', 1024],
    ['mcp-name', 'mcpName', 1024],
  ])('%s: %s up to %i characters', async (header, member, max) => {
    const send = (length: number) =>
      lasting.service.handle(ask({ do: 'pid' }, { more: [header, 'a'.repeat(length)] }));
    expect(await jsonOf(await send(max))).toEqual({ pid: expect.any(Number) });
    const response = await send(max + 1);
    expect([response.status, (await jsonOf(response)).message]).toEqual([
      400,
      `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${max}`,
    ]);
    expect(lasting.decisions.at(-1)).toMatchObject({ outcome: 'deny', reason: 'parameter_invalid' });
  });

  it('an empty content type is none', async () => {
    expect((await lasting.service.handle(ask({}, { more: ['content-type', ''] }))).status).toBe(400);
  });

  it('trace context reaches the agent only where it is allow-listed', async () => {
    const more = ['traceparent', '00-a-b-01', 'x-amzn-trace-id', 'Root=1'];
    const seen = async (requestHeaderAllowlist: string[]) => {
      const door = openDoor(runtimeRecord({ requestHeaderAllowlist }), alone);
      return (await jsonOf(await door.service.handle(ask({ do: 'echo' }, { more })))).headers;
    };
    expect(await seen([])).not.toHaveProperty('traceparent');
    const allowed = await seen(['traceparent']);
    expect([allowed['traceparent'], allowed['x-amzn-trace-id']]).toEqual(['00-a-b-01', undefined]);
  });
});

/** An agent that fails its first requests, and streams. */
const MOODY = `
  import { createServer } from 'node:http';
  let requests = 0;
  createServer(async (request, response) => {
    if (request.url === '/ping') return response.end('{"status":"Healthy"}');
    for await (const _ of request);
    requests += 1;
    console.log('request ' + requests);
    if (Number(request.headers['x-big']) > 0) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      return response.end('data: ' + 'x'.repeat(Number(request.headers['x-big'])) + '\\n\\n');
    }
    const fails = requests <= Number(process.env.FAILURES ?? 0) || request.headers['x-big'] === 'fail';
    const headers = { 'content-type': 'application/json', traceparent: '00-t', baggage: 'b', 'set-cookie': 's=1',
      'mcp-session-id': 'm', location: '/x', 'x-amzn-bedrock-agentcore-runtime-session-id': 'forged' };
    response.writeHead(fails ? Number(process.env.STATUS ?? 500) : 200, headers);
    response.end(JSON.stringify({ requests }));
  }).listen(Number(process.env.PORT), process.env.HOST);
  process.on('SIGTERM', () => process.exit(0));
`;
const MOODY_FOLDER = contextFolder(MOODY);
const moody = (environmentVariables: Record<string, string> = {}) =>
  runtimeRecord({
    contextFolder: MOODY_FOLDER,
    environmentVariables,
    requestHeaderAllowlist: ['X-Big'],
  });

it('of the headers of an answer only those of the API pass', async () => {
  const session = newSession();
  const response = await openDoor(moody(), alone).service.handle(ask({}, { session }));
  expect(response.headers).toEqual({
    'content-type': 'application/json',
    traceparent: '00-t',
    baggage: 'b',
    [SESSION_ID_HEADER]: session,
    'x-amzn-requestid': expect.any(String),
  });
});

describe('the first request of a session answered with 5xx', () => {
  const RETRY = 2_000;
  function retrying(failures: number, retryFirstRequest: boolean, status = 500) {
    const timers = manualTimers();
    const clock = { now: NOW };
    const record = moody({ FAILURES: String(failures), STATUS: String(status) });
    const options = { ...alone, timers, now: () => clock.now, behaviour: { retryFirstRequest } };
    return { door: openDoor(record, options), timers, clock };
  }

  it('RT-18 is told at once, and happened once, unless it is chosen otherwise', async () => {
    const { door, timers } = retrying(1, false);
    expect((await door.service.handle(ask({}))).status).toBe(424);
    expect(timers.waiting()).not.toContain(RETRY);
    expect(printed(door)).toMatch(/request 1/);
    expect(await jsonOf(await door.service.handle(ask({})))).toEqual({ requests: 2 });
  });

  it('is repeated every two seconds where it is chosen, and then answered', async () => {
    const { door, timers, clock } = retrying(2, true);
    const answer = door.service.handle(ask({}));
    for (let i = 0; i < 2; i += 1) {
      await eventually(() => timers.waiting().includes(RETRY));
      clock.now += RETRY;
      timers.fire(RETRY);
    }
    expect(await jsonOf(await answer)).toEqual({ requests: 3 });
    expect(door.decisions).toHaveLength(1);
  });

  it('is 424 with the words of the service when 120 s are over', async () => {
    const { door, timers, clock } = retrying(1000, true);
    const answer = door.service.handle(ask({}));
    await eventually(() => timers.waiting().includes(RETRY));
    clock.now += 119_000;
    timers.fire(RETRY);
    expect(await jsonOf(await answer)).toEqual({
      message:
        'Runtime initialization time exceeded. Please make sure that initialization completes in 120s.',
    });
  });

  it('is not repeated for a caller that has gone', async () => {
    const { door, timers } = retrying(1000, true);
    const caller = new AbortController();
    const answer = door.service.handle(ask({}, { signal: caller.signal }));
    await eventually(() => timers.waiting().includes(RETRY));
    caller.abort();
    expect((await answer).status).toBe(424);
    expect(timers.waiting()).not.toContain(RETRY);
  });

  it('a 4xx is not repeated', async () => {
    const { door, timers } = retrying(1, true, 400);
    expect((await door.service.handle(ask({}))).status).toBe(424);
    expect(timers.waiting()).not.toContain(RETRY);
  });

  it('a later request is not repeated', async () => {
    const { door, timers } = retrying(0, true);
    expect(await jsonOf(await door.service.handle(ask({})))).toEqual({ requests: 1 });
    const later = door.service.handle(ask({}, { more: ['x-big', 'fail'] }));
    expect((await later).status).toBe(424);
    expect(timers.waiting()).not.toContain(RETRY);
    expect(await jsonOf(await door.service.handle(ask({})))).toEqual({ requests: 3 });
  });
});

describe('time', () => {
  const ANSWER = 15 * 60_000;
  const STREAM = 60 * 60_000;

  it('a stream may take 60 minutes, and is then cut', async () => {
    const timers = manualTimers();
    const door = openDoor(runtimeRecord(), { ...alone, timers });
    const response = await door.service.handle(ask({ do: 'stream' }));
    expect(timers.waiting()).not.toContain(ANSWER);
    timers.fire(STREAM);
    await expect(textOf(response)).rejects.toThrow();
    await eventually(() => printed(door).includes('stream closed'));
  });

  it('the limits end with the answer', async () => {
    const timers = manualTimers();
    const door = openDoor(runtimeRecord({ idleRuntimeSessionTimeout: 600 }), { ...alone, timers });
    await textOf(await door.service.handle(ask({ do: 'pid' })));
    await eventually(() => !timers.waiting().some((delay) => delay === ANSWER || delay === STREAM));
  });
});

describe('a chunk of a stream', () => {
  const LIMIT = 10 * 1024 * 1024;
  it.each([
    ['of 10 MB passes', LIMIT - 'data: \n'.length, true],
    ['of one byte more cuts the stream', LIMIT - 'data: \n'.length + 1, false],
  ])('%s', async (_, size, passes) => {
    const door = openDoor(moody(), alone);
    const text = textOf(await door.service.handle(ask({}, { more: ['x-big', String(size)] })));
    if (passes) expect((await text).length).toBe(size + 'data: \n\n'.length);
    else await expect(text).rejects.toThrow(/longer than the limit/);
  });

  const feed = (limit: number, ...pieces: string[]): boolean[] => {
    const fits = chunkWatch(limit);
    return pieces.map((piece) => fits(Buffer.from(piece)));
  };

  it.each<readonly [string, readonly boolean[], readonly string[]]>([
    ['events are counted one by one', [true, true], ['data: 12\n\n', 'data: 34\n\n']],
    ['many in one piece', [true], ['data: 1\n\ndata: 2\n\ndata: 3\n\n']],
    ['an event in pieces', [true, false], ['data: 1', '2345']],
    ['lines of one event add up', [true, false], ['data: 1\n', 'x: 2\n']],
    ['an end in pieces', [true, true, true], ['data: 12\n', '\n', 'data: 34\n\n']],
    ['an end of CR and LF', [true, true], ['da: 1\r\n\r\n', 'da: 2\r\n\r\n']],
    ['a lone CR is no end', [true, false], ['data: 1\r', '23\n']],
    ['a long line in the middle', [false], ['a\n\n0123456789\n\nb\n\n']],
  ])('%s', (_, expected, pieces) => {
    expect(feed(9, ...pieces)).toEqual(expected);
  });
});

it('a token that is good for 30 more seconds is good for a request that takes longer', async () => {
  const door = openDoor(runtimeRecord(), alone);
  const response = await door.service.handle(ask({ do: 'pid' }, { token: mint({ exp: NOW / 1000 + 30 }) }));
  expect(response.status).toBe(200);
});
