import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SESSION_ID_HEADER } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { createSessions } from '../../src/runtime/sessions.ts';
import { eventually, isRunning, manualTimers, TEST_KEY } from '../processes/support.ts';
import {
  ARN,
  type Ask,
  ask,
  contextFolder,
  INVOCATIONS,
  jsonOf,
  mint,
  newSession,
  openDoor,
  runtimeRecord,
  type TestDoor,
  textOf,
} from './support.ts';

const BROKEN = {
  code: 424,
  text: /^Received error \(502\) from runtime\. Please check your CloudWatch logs for more information$/,
};
/** Listens elsewhere, while another process answers on the port that the agent was given. */
const AGENT_WITHOUT_ITS_PORT = `
  import { spawn } from 'node:child_process';
  import { createServer } from 'node:http';
  const other = "process.stdin.on('end', () => process.exit()).resume();"
    + "require('node:http').createServer((_, r) => r.end('{\\"status\\":\\"Healthy\\"}')).listen(+process.argv[1], '127.0.0.1')";
  spawn(process.execPath, ['-e', other, process.env.PORT], { stdio: ['pipe', 'ignore', 'ignore'] });
  createServer().listen(0, '127.0.0.1');
`;

const pidOf = async (door: TestDoor, session: string): Promise<number> =>
  (await jsonOf(await door.service.handle(ask({ do: 'pid' }, { session })))).pid;
const statusOf = async (door: TestDoor, body: Parameters<typeof ask>[0], options: Ask) =>
  (await door.service.handle(ask(body, options))).status;

describe.concurrent('the process of a session', () => {
  it('gets the allowlist, its own variables, a loopback host and a port: nothing of the host', async () => {
    const environment = await jsonOf(await openDoor().service.handle(ask({ do: 'environment' })));
    const others = Object.keys(environment)
      .filter((name) => !name.startsWith('AWS_'))
      .sort();
    expect(others).toEqual(['GATEWAY_URL', 'HOME', 'HOST', 'LANG', 'OTEL_SDK_DISABLED', 'PORT', 'TZ']);
    expect(environment).toMatchObject({
      HOST: '127.0.0.1',
      AWS_ACCESS_KEY_ID: TEST_KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEST_KEY.secretAccessKey,
    });
  });

  it('a template variable moves neither host nor port, and sends no telemetry out', async () => {
    const environmentVariables = { HOST: '0.0.0.0', PORT: '1', OTEL_SDK_DISABLED: 'false' };
    const door = openDoor(runtimeRecord({ environmentVariables }));
    const environment = await jsonOf(await door.service.handle(ask({ do: 'environment' })));
    expect(environment.HOST).toBe('127.0.0.1');
    expect(environment.PORT).not.toBe('1');
    expect(environment.OTEL_SDK_DISABLED).toBe('true');
  });

  it('RT-19 what one session keeps in memory is not there in another', async () => {
    const door = openDoor();
    const [eve, anna] = [newSession(), newSession()];
    const remember = async (session: string, value: string) =>
      (await jsonOf(await door.service.handle(ask({ do: 'remember', value }, { session })))).before;
    expect(await remember(eve, 'of eve')).toBe(null);
    expect(await remember(anna, 'of anna')).toBe(null);
    expect(await remember(eve, 'again')).toBe('of eve');
  });

  it('is taken from the process that waits, and another starts to wait', async () => {
    const door = openDoor();
    expect(await door.prewarm(ARN)).toBe(true);
    expect(door.processCount()).toBe(1);
    const answer = await door.service.handle(ask({ do: 'pid' }));
    expect(door.processCount()).toBe(1);
    await textOf(answer);
    await eventually(() => door.processCount() === 2);
  });

  it('a waiting process of an older configuration is not used', async () => {
    const door = openDoor();
    await door.prewarm(ARN);
    door.record = runtimeRecord({ environmentVariables: { GATEWAY_URL: 'changed' } });
    const environment = await jsonOf(await door.service.handle(ask({ do: 'environment' })));
    expect(environment.GATEWAY_URL).toBe('changed');
  });

  it('what it prints goes to its log file', async () => {
    const door = openDoor();
    await door.prewarm(ARN);
    const path = join(door.logFolder, 'runtime-hr_agent-abcdefghij.log');
    await eventually(() => /^\[\d+\] agent is up\n$/.test(readFileSync(path, 'utf8')));
  });
});

describe('answers of the agent', () => {
  const door = openDoor();

  it.each([400, 401, 403, 404, 500, 503])('%i becomes 424; neither body nor headers pass', async (status) => {
    const response = await door.service.handle(ask({ do: 'status', status }));
    expect([response.status, response.headers?.['x-amzn-errortype']]).toEqual([424, 'RuntimeClientError']);
    const text = await textOf(response);
    expect(JSON.parse(text)).toEqual({
      message: `Received error (${status}) from runtime. Please check your CloudWatch logs for more information`,
    });
    expect(response.headers).not.toHaveProperty('x-own');
  });

  it('a success passes with its status, content type and session id, and no other header', async () => {
    const session = newSession();
    const response = await door.service.handle(ask({ do: 'status', status: 201 }, { session }));
    expect(response.status).toBe(201);
    expect(response.headers).toEqual({
      'content-type': 'application/json',
      [SESSION_ID_HEADER]: session,
      'x-amzn-requestid': expect.any(String),
    });
    await textOf(response);
  });

  it('a stream arrives piece by piece: the first before the last is written', async () => {
    const session = newSession();
    const response = await door.service.handle(ask({ do: 'stream' }, { session }));
    expect(response.headers?.['content-type']).toBe('text/event-stream');
    const stream = (response.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
    expect(Buffer.from((await stream.next()).value).toString()).toBe('data: first\n\n');
    expect(await statusOf(door, { do: 'finish' }, { session })).toBe(200);
    expect(Buffer.from((await stream.next()).value).toString()).toBe('data: last\n\n');
    expect((await stream.next()).done).toBe(true);
  });

  it('a caller that goes away ends the request at the agent, and the session lives', async () => {
    const door = openDoor();
    const session = newSession();
    const caller = new AbortController();
    const response = await door.service.handle(ask({ do: 'stream' }, { session, signal: caller.signal }));
    const rest = textOf(response);
    caller.abort();
    expect(await rest).toMatch(/^(data: first\n\n)?$/);
    const path = join(door.logFolder, 'runtime-hr_agent-abcdefghij.log');
    await eventually(() => readFileSync(path, 'utf8').includes('stream closed'));
    expect(await statusOf(door, { do: 'pid' }, { session })).toBe(200);
  });

  it('an agent that ends in a request is 424, and the next request has a fresh process', async () => {
    const session = newSession();
    const before = await pidOf(door, session);
    const response = await door.service.handle(ask({ do: 'crash' }, { session }));
    expect(response.status).toBe(BROKEN.code);
    expect((await jsonOf(response)).message).toMatch(BROKEN.text);
    const after = await pidOf(door, session);
    expect(after).not.toBe(before);
    expect(isRunning(after)).toBe(true);
  });

  it('an agent that does not answer within 15 minutes is 424', async () => {
    const timers = manualTimers();
    const slow = openDoor(runtimeRecord(), { timers });
    const response = slow.service.handle(ask({ do: 'wait' }));
    await eventually(() => timers.waiting().includes(15 * 60_000));
    timers.fire(15 * 60_000);
    expect((await jsonOf(await response)).message).toMatch(/^Received error \(504\) from runtime/);
  });
});

describe.concurrent('a session that is being made', () => {
  it('takes one request; a second at that time is 409, and succeeds when repeated', async () => {
    const door = openDoor();
    const session = newSession();
    const both = [ask({ do: 'pid' }, { session }), ask({ do: 'pid' }, { session })];
    const answers = await Promise.all(both.map((request) => door.service.handle(request)));
    const byStatus = new Map(answers.map((answer) => [answer.status, answer]));
    const [taken, refused] = [byStatus.get(200), byStatus.get(409)];
    if (!taken || !refused) throw new Error(`answered ${[...byStatus.keys()]}`);
    expect(refused.headers?.['x-amzn-errortype']).toBe('RetryableConflictException');
    expect((await jsonOf(refused)).message).toBe('Session operation in progress, please retry');
    expect(await jsonOf(taken)).toEqual({ pid: await pidOf(door, session) });
    expect(door.decisions.map(({ outcome, reason }) => `${outcome} ${reason}`)).toContain('deny in_progress');
  });

  it.each([
    ['ends at once', 'process.exit(1);'],
    ['never listens', 'setInterval(() => {}, 1000);'],
    [
      'listens on another port',
      `import { createServer } from 'node:http';
      createServer((_, r) => r.end('{"status":"Healthy"}')).listen(0, '127.0.0.1');`,
    ],
    // A token must not be sent to whoever else answers there.
    ['finds its port held by another process', AGENT_WITHOUT_ITS_PORT],
    [
      'is never healthy',
      `import { createServer } from 'node:http';
      createServer((_, r) => r.writeHead(503).end()).listen(Number(process.env.PORT), '127.0.0.1');`,
    ],
  ])('an agent that %s is 424 after the limit, and leaves no process', async (_, main) => {
    const door = openDoor(runtimeRecord({ contextFolder: contextFolder(main) }), { startLimitSeconds: 0.4 });
    const response = await door.service.handle(ask({}));
    expect(response.status).toBe(424);
    expect((await jsonOf(response)).message).toMatch(/^Runtime initialization time exceeded\./);
    await eventually(() => door.processCount() === 0);
  });
});

describe('a context that cannot be run', () => {
  const broken = () => openDoor(runtimeRecord({ contextFolder: contextFolder('', 'FROM node') }));

  it('stops the start with a sentence', async () => {
    await expect(broken().prewarm(ARN)).rejects.toThrow(/the command does not start a Node program/);
  });

  it('is 424 for a caller, and the log says why', async () => {
    const door = broken();
    expect(await statusOf(door, {}, {})).toBe(424);
    const path = join(door.logFolder, 'runtime-hr_agent-abcdefghij.log');
    expect(readFileSync(path, 'utf8')).toContain('could not be started: LoadError: Dockerfile');
  });
});

describe.concurrent('the end of a session', () => {
  const IDLE = 600_000;
  const LIFETIME = 28_800_000;
  const timed = () => {
    const timers = manualTimers();
    return { timers, door: openDoor(runtimeRecord({ idleRuntimeSessionTimeout: 600 }), { timers }) };
  };
  /** Sends a request that the agent answers after `go`, and waits until the agent has it. */
  async function hold(door: TestDoor, session: string) {
    const answer = door.service.handle(ask({ do: 'wait' }, { session }));
    const path = join(door.logFolder, 'runtime-hr_agent-abcdefghij.log');
    await eventually(() => readFileSync(path, 'utf8').includes('waiting'));
    return { answer };
  }

  it('comes when nobody used it for the idle time', async () => {
    const { timers, door } = timed();
    const session = newSession();
    const pid = await pidOf(door, session);
    await eventually(() => timers.waiting().includes(IDLE));
    timers.fire(IDLE);
    await eventually(() => !isRunning(pid));
    expect(await pidOf(door, session)).not.toBe(pid);
  });

  it('does not come while a request runs', async () => {
    const { timers, door } = timed();
    const session = newSession();
    await pidOf(door, session);
    const { answer } = await hold(door, session);
    expect(timers.waiting()).not.toContain(IDLE);
    await textOf(await door.service.handle(ask({ do: 'go' }, { session })));
    expect(await jsonOf(await answer)).toEqual({ waited: true });
    await eventually(() => timers.waiting().includes(IDLE));
  });

  it('does not come while the agent says HealthyBusy', async () => {
    const { timers, door } = timed();
    const session = newSession();
    const pid = await pidOf(door, session);
    await textOf(await door.service.handle(ask({ do: 'busy' }, { session })));
    await eventually(() => timers.waiting().includes(IDLE));
    timers.fire(IDLE);
    expect(timers.waiting()).not.toContain(IDLE);
    await eventually(() => timers.waiting().includes(IDLE));
    expect(isRunning(pid)).toBe(true);
    await textOf(await door.service.handle(ask({ do: 'idle' }, { session })));
    await eventually(() => timers.waiting().includes(IDLE));
    timers.fire(IDLE);
    await eventually(() => !isRunning(pid));
  });

  it('does not come when a request arrived while the agent was asked whether it is busy', async () => {
    const timers = manualTimers();
    let answerPing = (_: 'Healthy') => {};
    const ping = new Promise<'Healthy'>((resolve) => {
      answerPing = resolve;
    });
    let stops = 0;
    const agent = { ready: Promise.resolve(1), exited: new Promise<void>(() => {}), ping: () => ping };
    const stop = async () => {
      stops += 1;
    };
    const sessions = createSessions({
      start: () => ({ ...agent, stop }),
      now: () => 0,
      timers,
      maxProcesses: 1,
    });
    const record = runtimeRecord({ idleRuntimeSessionTimeout: 600 });
    const acquire = async () => {
      const lease = await sessions.acquire({ record, qualifier: 'DEFAULT' }, 'session');
      if (!lease.ok) throw new Error(lease.error);
      return lease.value;
    };
    (await acquire()).release();
    timers.fire(IDLE);
    const lease = await acquire();
    answerPing('Healthy');
    await ping;
    expect(stops).toBe(0);
    lease.release();
    timers.fire(IDLE);
    await eventually(() => stops === 1);
  });

  it('comes at the longest lifetime, also in a request', async () => {
    const { timers, door } = timed();
    const session = newSession();
    const pid = await pidOf(door, session);
    const { answer } = await hold(door, session);
    timers.fire(LIFETIME);
    expect((await answer).status).toBe(424);
    await eventually(() => !isRunning(pid));
  });

  it('RT-21 comes at the longest lifetime though the agent says HealthyBusy for ever', async () => {
    const { timers, door } = timed();
    const session = newSession();
    const pid = await pidOf(door, session);
    await textOf(await door.service.handle(ask({ do: 'busy' }, { session })));
    timers.fire(LIFETIME);
    await eventually(() => !isRunning(pid));
    expect(await pidOf(door, session)).not.toBe(pid);
  });

  it('comes with StopRuntimeSession; the id then opens a new session', async () => {
    const door = openDoor();
    const session = newSession();
    const path = INVOCATIONS.replace('/invocations', '/stopruntimesession');
    const pid = await pidOf(door, session);
    expect(await statusOf(door, {}, { path, session, token: mint({}, 'foreign') })).toBe(401);
    expect(isRunning(pid)).toBe(true);
    expect(await statusOf(door, {}, { path, session })).toBe(200);
    expect(isRunning(pid)).toBe(false);
    const again = await door.service.handle(ask({}, { path, session }));
    expect([again.status, (await jsonOf(again)).message]).toEqual([
      404,
      'session not found or already terminated',
    ]);
    expect(await statusOf(door, {}, { path, session: null })).toBe(400);
    expect(await pidOf(door, session)).not.toBe(pid);
  });

  it('comes with the end of the local AWS', async () => {
    const door = openDoor();
    const pid = await pidOf(door, newSession());
    await door.stop();
    expect(isRunning(pid)).toBe(false);
    expect(door.processCount()).toBe(0);
    expect(await statusOf(door, { do: 'pid' }, {})).toBe(424);
  });
});

describe.concurrent('the number of processes', () => {
  it('is bounded: the session that nobody used for the longest time makes room', async () => {
    let now = 1;
    const door = openDoor(runtimeRecord(), {
      maxProcesses: 2,
      now: () => Date.UTC(2026, 10, 22, 12) + now++,
    });
    const [a, b, c] = [newSession(), newSession(), newSession()];
    const pidA = await pidOf(door, a);
    const pidB = await pidOf(door, b);
    await pidOf(door, a);
    const pidC = await pidOf(door, c);
    expect([pidA, pidB, pidC].map(isRunning)).toEqual([true, false, true]);
    expect(door.processCount()).toBe(2);
  });

  it('a session with a request in it is not ended for another: 402', async () => {
    const door = openDoor(runtimeRecord(), { maxProcesses: 1 });
    const [a, b] = [newSession(), newSession()];
    await pidOf(door, a);
    const stream = await door.service.handle(ask({ do: 'stream' }, { session: a }));
    const refused = await door.service.handle(ask({ do: 'pid' }, { session: b }));
    expect([refused.status, refused.headers?.['x-amzn-errortype']]).toEqual([
      402,
      'ServiceQuotaExceededException',
    ]);
    await textOf(await door.service.handle(ask({ do: 'finish' }, { session: a })));
    await textOf(stream);
    expect(await statusOf(door, { do: 'pid' }, { session: b })).toBe(200);
  });
});
