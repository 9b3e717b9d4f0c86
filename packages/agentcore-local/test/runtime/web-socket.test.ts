/** WebSockets at a runtime's front door, with a real client and an agent that echoes. */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { RuntimeFrontDoorOptions } from '../../src/runtime/front-door.ts';
import { eventually, isRunning, manualTimers } from '../processes/support.ts';
import {
  ARN,
  ask,
  contextFolder,
  INVOCATIONS,
  mint,
  NOW,
  newSession,
  printed,
  runtimeRecord,
  serveDoor,
  sigv4Record,
} from './support.ts';

const WS = pathToFileURL(createRequire(import.meta.url).resolve('ws')).href;
const AGENT = `
  import ws from '${WS}';
  import { createServer } from 'node:http';
  const server = createServer((request, response) =>
    response.end(request.url === '/ping' ? '{"status":"Healthy"}' : String(process.pid)));
  const sockets = new ws.WebSocketServer({
    server,
    path: '/ws',
    verifyClient: ({ req }, done) => done(!req.headers['x-refuse'], 418, 'secret of the agent'),
  });
  sockets.on('connection', (socket, request) => {
    console.log('opened');
    socket.send(JSON.stringify({ headers: request.headers, url: request.url, pid: process.pid }));
    socket.on('message', (data, binary) => {
      const text = String(data);
      console.log('got ' + text.length);
      if (text === 'close') return socket.close(4321, 'done');
      if (text === 'crash') process.exit(1);
      if (text === 'big') return socket.send(Buffer.alloc(70_000));
      socket.send(data, { binary });
    });
    socket.on('close', (code, reason) => console.log('closed ' + code + ' ' + reason));
  });
  process.on('SIGTERM', () => process.exit(0));
  server.listen(Number(process.env.PORT), process.env.HOST);
`;
const FOLDER = contextFolder(AGENT);
const record = (more = {}) => runtimeRecord({ contextFolder: FOLDER, ...more });
const serve = (
  options: Partial<RuntimeFrontDoorOptions> = {},
  more = {}, // One process: none waits for a session that no test begins.
) => serveDoor(record(more), { maxProcesses: 1, ...options });
type Door = Awaited<ReturnType<typeof serve>>;

const PATH = INVOCATIONS.replace(/invocations$/, 'ws');
const PROTOCOL = 'base64UrlBearerAuthorization';
const inProtocol = (token: string) => [`${PROTOCOL}.${Buffer.from(token).toString('base64url')}`, PROTOCOL];

type Knock = {
  readonly token?: string | null;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly search?: string;
  readonly path?: string;
};

const clients: WebSocket[] = [];
afterAll(() => {
  for (const client of clients) client.terminate();
});

function knock(
  door: Door,
  { token = mint(), protocols = [], headers = {}, search = '', path = PATH }: Knock = {},
) {
  const url = `${door.endpoint.url.replace('http', 'ws')}${path}?${search}`;
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const client = new WebSocket(url, [...protocols], { headers: { ...authorization, ...headers } });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** Opens a connection. @returns it and what the agent said first: the request that it saw. */
async function open(door: Door, options: Knock = {}) {
  const client = knock(door, options);
  const upgraded = once(client, 'upgrade');
  const [first] = await once(client, 'message');
  const [response] = await upgraded;
  return { client, response, seen: JSON.parse(String(first)) };
}

/** For tests that leave the agent as it was: one door, one session, one process. */
const lasting = await serve();
const lastingSession = newSession();
const openLasting = (options: Knock = {}) =>
  open(lasting, { ...options, headers: { ...options.headers, [SESSION_ID_HEADER]: lastingSession } });

/** The status and the body of a refused handshake. */
async function refusal(door: Door, options: Knock) {
  const client = knock(door, options);
  const [, response] = await once(client, 'unexpected-response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

const closeOf = async (client: WebSocket) => {
  const [code, reason] = await once(client, 'close');
  return [code, String(reason)];
};
const say = async (client: WebSocket, text: string) => {
  client.send(text);
  const [data, binary] = await once(client, 'message');
  return [String(data), binary];
};

describe('a connection', () => {
  it('reaches /ws of the session with the headers of an invocation, and echoes text and bytes', async () => {
    const door = await serve();
    const session = newSession();
    const { client, response, seen } = await open(door, {
      headers: { [SESSION_ID_HEADER]: session, cookie: 'c' },
    });
    expect(seen.url).toBe('/ws');
    expect(seen.headers).toMatchObject({
      [SESSION_ID_HEADER]: session,
      authorization: expect.stringMatching(/^Bearer ey/),
      workloadaccesstoken: 'wat-0',
    });
    expect(seen.headers).not.toHaveProperty('cookie');
    expect(seen.headers).not.toHaveProperty('origin');
    expect(response.headers[SESSION_ID_HEADER]).toBe(session);
    expect(await say(client, 'hello')).toEqual(['hello', false]);
    client.send(Buffer.from([1, 2, 3]));
    expect((await once(client, 'message'))[1]).toBe(true);
    expect(door.decisions).toMatchObject([
      { outcome: 'allow', sub: 'eve', method: 'InvokeAgentRuntimeWithWebSocketStream', resource: ARN },
    ]);
  });

  it('shares its session with invocations, and counts as its use', async () => {
    const timers = manualTimers();
    const door = await serve({ timers });
    const session = newSession();
    const { client, seen } = await open(door, { headers: { [SESSION_ID_HEADER]: session } });
    const invoked = await fetch(`${door.endpoint.url}${INVOCATIONS}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${mint()}`, [SESSION_ID_HEADER]: session },
      body: '{}',
    });
    expect(await invoked.text()).toBe(String(seen.pid));
    expect(timers.waiting()).not.toContain(900_000);
    client.close();
    await eventually(() => timers.waiting().includes(900_000));
  });

  it('names its session in the query, where no header can be set', async () => {
    const session = newSession();
    const { seen } = await open(await serve(), {
      search: `X-Amzn-Bedrock-AgentCore-Runtime-Session-Id=${session}`,
    });
    expect(seen.headers[SESSION_ID_HEADER]).toBe(session);
  });

  it('without a session id gets one', async () => {
    const { response, seen } = await open(await serve());
    expect(response.headers[SESSION_ID_HEADER]).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen.headers[SESSION_ID_HEADER]).toBe(response.headers[SESSION_ID_HEADER]);
  });

  it('has its token in the sub-protocol, which the server then chooses; the agent gets it where it expects it', async () => {
    const token = mint();
    const { client, seen } = await openLasting({ token: null, protocols: inProtocol(token) });
    expect(client.protocol).toBe(PROTOCOL);
    expect(seen.headers['authorization']).toBe(`Bearer ${token}`);
    expect(seen.headers).not.toHaveProperty('sec-websocket-protocol');
  });
});

describe('RT-17 a handshake that is refused', () => {
  const session = newSession();
  const cells: readonly (readonly [string, Knock, number, string])[] = [
    ['no token', { token: null }, 401, 'missing_token'],
    ['a token of another key', { token: mint({}, 'foreign') }, 401, 'signature'],
    ['an expired token', { token: mint({ exp: NOW / 1000 }) }, 401, 'expired'],
    [
      'a bad token in the sub-protocol',
      { token: null, protocols: inProtocol(mint({}, 'foreign')) },
      401,
      'signature',
    ],
    [
      'noise in the sub-protocol',
      { token: null, protocols: [`${PROTOCOL}.AB`, PROTOCOL] },
      403,
      'malformed_token',
    ],
    [
      'two tokens in the sub-protocol',
      { token: null, protocols: [...inProtocol(mint()), ...inProtocol(mint({ sub: 'anna' })).slice(0, 1)] },
      400,
      'duplicate_header',
    ],
    ['a token in either place', { protocols: inProtocol(mint()) }, 400, 'duplicate_header'],
    ['a token in the query', { token: null, search: `access_token=${mint()}` }, 401, 'missing_token'],
    ['a short session id', { headers: { [SESSION_ID_HEADER]: 'short' } }, 400, 'session_id_invalid'],
    [
      'a session id in either place',
      { headers: { [SESSION_ID_HEADER]: session }, search: `${SESSION_ID_HEADER}=${session}` },
      400,
      'session_id_invalid',
    ],
    ['an unknown endpoint', { search: 'qualifier=PROD' }, 404, 'qualifier_unknown'],
    ['RT-16 a shell', { path: `${PATH}/shells` }, 404, 'address_unknown'],
    ['another operation', { path: INVOCATIONS }, 404, 'address_unknown'],
  ];

  it.each(cells)(
    '%s: with the statuses of an invocation, and no agent starts',
    async (_, options, status, reason) => {
      const door = await serve();
      const { status: answered, headers, text } = await refusal(door, options);
      expect(answered).toBe(status);
      expect(headers['www-authenticate'] !== undefined).toBe(status === 401);
      expect(text).not.toMatch(/eyJ/);
      expect(door.decisions).toMatchObject([{ outcome: 'deny', reason }]);
      expect([door.processCount(), door.issued]).toEqual([0, []]);
    },
  );

  it('by its origin, whatever its token; its own origin is let in', async () => {
    const door = await serve();
    const foreign = await refusal(door, { headers: { origin: 'http://attacker.test' } });
    expect([foreign.status, door.decisions]).toEqual([403, []]);
    expect((await open(door, { headers: { origin: door.endpoint.url } })).seen.url).toBe('/ws');
  });

  it('by the agent is 424, without the words of the agent', async () => {
    const door = await serve({}, { requestHeaderAllowlist: ['X-Refuse'] });
    const { status, text } = await refusal(door, { headers: { 'x-refuse': 'yes' } });
    expect(status).toBe(424);
    expect(JSON.parse(text).message).toMatch(/^Received error \(418\) from runtime/);
    expect((await open(door)).seen.url).toBe('/ws');
  });

  it('at an agent that has no /ws is 424 too, and the session serves on', async () => {
    const door = await serveDoor();
    const session = newSession();
    expect((await refusal(door, { headers: { [SESSION_ID_HEADER]: session } })).status).toBe(424);
    expect((await door.service.handle(ask({ do: 'pid' }, { session }))).status).toBe(200);
  });

  it('a plain GET is told that this address takes handshakes', async () => {
    const door = await serve();
    const response = await fetch(`${door.endpoint.url}${PATH}`, {
      headers: { authorization: `Bearer ${mint()}` },
    });
    expect(response.status).toBe(400);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'handshake_missing' }]);
  });

  it('a handshake that is broken leaves no connection at the agent', async () => {
    const door = await serve();
    const response = await fetch(`${door.endpoint.url}${PATH}`).catch(() => undefined);
    expect(response?.status).toBe(400);
    const { request } = await import('node:http');
    const broken = request(`${door.endpoint.url}${PATH}`, {
      headers: { authorization: `Bearer ${mint()}`, connection: 'Upgrade', upgrade: 'websocket' },
    });
    broken.end();
    const [refused] = await once(broken, 'response');
    expect(refused.statusCode).toBe(400);
    refused.resume();
    await eventually(() => printed(door).includes('closed '));
  });
});

describe('AWS signatures', () => {
  const caller = { arn: 'arn:aws:iam::000000000000:role/caller', accessKeyId: 'A' };
  const signed = {
    token: null,
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=A/20261122/us-east-1/bedrock-agentcore/aws4_request, SignedHeaders=host, Signature=00',
    },
  };

  it('ask IAM for the action of WebSockets', async () => {
    const asked: string[] = [];
    const door = await serveDoor(sigv4Record({ contextFolder: FOLDER }), {
      verifySignature: async () => ({ ok: true, value: caller }),
      iam: {
        allows(_, action) {
          asked.push(action);
          return action === 'bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream';
        },
      },
    });
    const { seen } = await open(door, signed);
    expect(seen.headers).not.toHaveProperty('authorization');
    expect(new Set(asked)).toEqual(new Set(['bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream']));
  });

  it('are refused where IAM says no', async () => {
    const door = await serveDoor(sigv4Record({ contextFolder: FOLDER }), {
      verifySignature: async () => ({ ok: true, value: caller }),
      iam: { allows: () => false },
    });
    expect((await refusal(door, signed)).status).toBe(403);
    expect(door.decisions).toMatchObject([{ outcome: 'deny', reason: 'not_authorized' }]);
    expect(door.processCount()).toBe(0);
  });
});

describe('the end of a connection', () => {
  it('by the caller is told to the agent with its code and reason', async () => {
    const { client } = await openLasting();
    client.close(4444, 'enough');
    await eventually(() => printed(lasting).includes('closed 4444 enough'));
  });

  it('by the agent is told to the caller with its code and reason', async () => {
    const { client } = await openLasting();
    client.send('close');
    expect(await closeOf(client)).toEqual([4321, 'done']);
  });

  it('by a caller that vanishes is told to the agent', async () => {
    const door = await serve();
    const { client } = await open(door);
    client.terminate();
    await eventually(() => printed(door).includes('closed 10'));
  });

  it('by a crash of the agent is 1011', async () => {
    const { client } = await open(await serve());
    client.send('crash');
    expect((await closeOf(client))[0]).toBe(1011);
  });

  it('by StopRuntimeSession', async () => {
    const door = await serve();
    const session = newSession();
    const { client, seen } = await open(door, { headers: { [SESSION_ID_HEADER]: session } });
    const path = INVOCATIONS.replace('/invocations', '/stopruntimesession');
    const closed = closeOf(client);
    expect((await door.service.handle(ask({}, { path, session }))).status).toBe(200);
    expect((await closed)[0]).toBe(1011);
    expect(isRunning(seen.pid)).toBe(false);
  });

  it('comes with the end of its token', async () => {
    const timers = manualTimers();
    const { client } = await open(await serve({ timers }), { token: mint({ exp: NOW / 1000 + 77 }) });
    expect(timers.waiting()).toContain(77_000);
    timers.fire(77_000);
    expect(await closeOf(client)).toEqual([1008, 'Token has expired']);
    await eventually(() => !timers.waiting().includes(3_600_000));
  });

  it('or does not, where that is chosen; then after 60 minutes', async () => {
    const timers = manualTimers();
    const door = await serve({ timers, behaviour: { webSocketAtTokenExpiry: 'keep' } });
    const { client } = await open(door, { token: mint({ exp: NOW / 1000 + 77 }) });
    expect(timers.waiting()).not.toContain(77_000);
    expect(await say(client, 'still here')).toEqual(['still here', false]);
    timers.fire(3_600_000);
    expect(await closeOf(client)).toEqual([1001, 'Time limit reached']);
  });
});

describe('limits', () => {
  it('a message of 64 KB passes, one byte more ends the connection with 1009', async () => {
    const { client } = await openLasting();
    expect((await say(client, 'x'.repeat(65_536)))[0]).toHaveLength(65_536);
    client.send('x'.repeat(65_537));
    expect((await closeOf(client))[0]).toBe(1009);
    expect(printed(lasting)).toContain('got 65536');
    expect(printed(lasting)).not.toContain('got 65537');
  });

  it('so does one of the agent', async () => {
    const { client } = await openLasting();
    client.send('big');
    expect((await closeOf(client))[0]).toBe(1009);
  });

  it('250 frames in a second pass, the next ends the connection with 1008; a second later more are free', async () => {
    let now = NOW;
    const door = await serve({ now: () => now });
    const { client } = await open(door);
    let echoed = 0;
    client.on('message', () => {
      echoed += 1;
    });
    for (const round of [1, 2]) {
      for (let i = 0; i < 250; i += 1) client.send(`${i}`);
      await eventually(() => echoed === round * 250);
      now += 1000;
    }
    now -= 1000;
    client.ping();
    expect(await closeOf(client)).toEqual([1008, 'Frame rate exceeded']);
  });
});
