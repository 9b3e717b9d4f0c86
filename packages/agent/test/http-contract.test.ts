/** The HTTP contract of the container: paths, methods, bodies, events, stopping. */
import { connect } from 'node:net';
import { agentError, agentEvent, SESSION_ID_HEADER } from '@secure-agent/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../src/request-body.ts';
import { ask, headersOf, type Running, SESSION, type StartOptions, startAgent } from './support/agent.ts';
import { textResult } from './support/fake-gateway.ts';
import { ScriptedModel } from './support/scripted-model.ts';
import { GARDEN, MOISTURE } from './support/tools.ts';

let running: Running | undefined;
const start = async (options?: StartOptions) => {
  running = await startAgent(options);
  return running;
};
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** Sends bytes as they are and returns everything that comes back. */
const raw = (app: Running, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });

const eventsOf = async (response: Response) => {
  const text = await response.text();
  expect(text.endsWith('\n\n')).toBe(true);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      expect(frame).toMatch(/^data: [^\n]+$/);
      return agentEvent.parse(JSON.parse(frame.slice('data: '.length)));
    });
};

describe('/ping', () => {
  it('is healthy, and the time does not move while the status stays', async () => {
    let clock = Date.UTC(2026, 10, 22);
    const app = await start({ now: () => clock });
    const first = await (await fetch(`${app.url}/ping`)).json();
    expect(first).toEqual({ status: 'Healthy', time_of_last_update: Date.UTC(2026, 10, 22) / 1000 });
    clock += 3_600_000;
    expect(await (await fetch(`${app.url}/ping`)).json()).toEqual(first);
  });
});

describe('paths and methods', () => {
  const rows: [method: string, path: string, status: number, allow: string | null][] = [
    ['POST', '/ping', 405, 'GET'],
    ['GET', '/invocations', 405, 'POST'],
    ['OPTIONS', '/invocations', 405, 'POST'],
    ['GET', '/', 404, null],
    ['POST', '/invocations/', 404, null],
    ['POST', '/INVOCATIONS', 404, null],
    ['POST', '/x/invocations', 404, null],
    ['GET', '/constructor', 404, null],
  ];
  for (const [method, path, status, allow] of rows) {
    it(`BX-17: ${method} ${path} is ${status}`, async () => {
      const app = await start();
      const response = await fetch(`${app.url}${path}`, { method });
      expect(response.status).toBe(status);
      expect(response.headers.get('allow')).toBe(allow);
      agentError.parse(await response.json());
    });
  }
});

describe('bodies', () => {
  const big = JSON.stringify({ prompt: 'x', padding: 'x'.repeat(MAX_BODY_BYTES) });
  const rows: { id: string; body: string | Uint8Array<ArrayBuffer>; status: number; code: string }[] = [
    { id: 'nothing', body: '', status: 400, code: 'invalid_request' },
    { id: 'half an object', body: '{"prompt":"x"', status: 400, code: 'invalid_request' },
    { id: 'two objects', body: '{"prompt":"x"}{}', status: 400, code: 'invalid_request' },
    { id: 'a form', body: 'prompt=x', status: 400, code: 'invalid_request' },
    { id: 'a comment', body: '{"prompt":"x"} // y', status: 400, code: 'invalid_request' },
    { id: 'no prompt', body: '{}', status: 400, code: 'invalid_request' },
    { id: 'null', body: 'null', status: 400, code: 'invalid_request' },
    { id: 'AG-06: an array', body: '{"prompt":["x"]}', status: 400, code: 'invalid_request' },
    { id: 'AG-06: an object', body: '{"prompt":{"toString":"x"}}', status: 400, code: 'invalid_request' },
    { id: 'AG-06: a number', body: '{"prompt":1}', status: 400, code: 'invalid_request' },
    { id: 'an empty prompt', body: '{"prompt":""}', status: 400, code: 'invalid_request' },
    {
      id: 'bytes that are not UTF-8',
      body: new Uint8Array([...Buffer.from('{"prompt":"'), 0xff, ...Buffer.from('"}')]),
      status: 400,
      code: 'invalid_request',
    },
    { id: 'RT-22: deep nesting', body: `${'['.repeat(100_000)}`, status: 400, code: 'invalid_request' },
    { id: 'RT-22: more than the limit', body: big, status: 413, code: 'payload_too_large' },
  ];
  for (const { id, body, status, code } of rows) {
    it(`${id}: ${status} ${code}, and the next request works`, async () => {
      const app = await start();
      const headers = headersOf(app.issuer.mint());
      const response = await fetch(`${app.url}/invocations`, { method: 'POST', headers, body });
      expect(response.status).toBe(status);
      expect(agentError.parse(await response.json()).error.code).toBe(code);
      expect((await ask(app, headers)).status).toBe(200);
    });
  }

  it('RT-22: a chunked body over the limit is refused before its end', async () => {
    const app = await start();
    const chunk = 'x'.repeat(64 * 1024);
    const head = [
      'POST /invocations HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: Bearer ${app.issuer.mint()}`,
      `${SESSION_ID_HEADER}: ${SESSION}`,
      'Transfer-Encoding: chunked',
      '',
      '',
    ].join('\r\n');
    const answer = await raw(app, head + `10000\r\n${chunk}\r\n`.repeat(17));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('payload_too_large');
  });

  it('BX-14: an unknown transfer coding is refused, and nothing is asked for', async () => {
    const app = await start();
    const lines = [
      'POST /invocations HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: Bearer ${app.issuer.mint()}`,
      `${SESSION_ID_HEADER}: ${SESSION}`,
      'Transfer-Encoding: xchunked',
      '',
      '{"prompt":"x"}',
    ];
    expect(await raw(app, lines.join('\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(app.gateway.methods).toEqual([]);
  });

  it('BX-06, BX-19: two Authorization or two session headers are refused in either order', async () => {
    const app = await start();
    const one = app.issuer.mint({ sub: 'one' });
    const two = app.issuer.mint({ sub: 'two' });
    const post = (lines: string[]) =>
      raw(
        app,
        [
          'POST /invocations HTTP/1.1',
          'Host: x',
          'Connection: close',
          'Content-Length: 14',
          ...lines,
          '',
          '{"prompt":"x"}',
        ].join('\r\n'),
      );
    const session = `${SESSION_ID_HEADER}: ${SESSION}`;
    const bearers = [`Authorization: Bearer ${one}`, `Authorization: Bearer ${two}`];
    expect(await post([session, ...bearers])).toMatch(/ 403 .*token_refused/s);
    expect(await post([session, ...bearers.toReversed()])).toMatch(/ 403 .*token_refused/s);
    expect(await post([session, session, ...bearers.slice(1)])).toMatch(/ 400 .*session_required/s);
    expect(await post([session, ...bearers.slice(1)])).toMatch(/ 200 .*"sub":"two"/s);
  });
});

describe('server-sent events', () => {
  const events = (token: string) => ({ ...headersOf(token), accept: 'text/event-stream' });

  it('are one JSON event a frame: tools as they run, text, and the answer last', async () => {
    const app = await start({ pages: [GARDEN] });
    app.gateway.behaviour.call = () => textResult('line one\nline two\r\n\r\ndata: {"type":"answer"}');
    const response = await ask(app, events(app.issuer.mint()), { prompt: 'How moist is B7?' });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const all = await eventsOf(response);
    expect(all.map(({ type }) => type)).toEqual(['tool', 'tool', 'text', 'answer']);
    expect(all.slice(0, 2)).toEqual([
      { type: 'tool', tool: MOISTURE.name, status: 'started' },
      { type: 'tool', tool: MOISTURE.name, status: 'success' },
    ]);
    expect(all.at(-1)).toMatchObject({ type: 'answer', answer: { sub: 'eve-sub' } });
  });

  it('end with an error when the work fails', async () => {
    const app = await start({ pages: [GARDEN] });
    app.gateway.behaviour.status.set('tools/call', 401);
    const response = await ask(app, events(app.issuer.mint()), { prompt: 'How moist is B7?' });
    expect(response.status).toBe(200);
    expect((await eventsOf(response)).at(-1)).toMatchObject({
      type: 'error',
      error: { code: 'gateway_refused_token' },
    });
  });

  it('do not begin for a request that is refused', async () => {
    const app = await start();
    const response = await ask(app, events('a.b.c'));
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toBe('application/json');
  });
});

describe('errors', () => {
  it('RT-18: a model that throws a secret gives a code; the status is not 5xx', async () => {
    const model = new ScriptedModel(() => ({ fail: 'AKIA-secret at /srv/app/main.mjs' }));
    const app = await start({ model });
    const response = await ask(app, headersOf(app.issuer.mint()));
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(agentError.parse(JSON.parse(text)).error.code).toBe('model_failed');
    expect(text + app.lines.join('')).not.toMatch(/AKIA|srv/);
  });
});

describe('stopping', () => {
  const held = () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const model = new ScriptedModel(
      () => ({ text: 'done' }),
      () => {
        begun.resolve();
        return gate.promise;
      },
    );
    return { gate, begun, model };
  };

  it('lets a running request finish, takes no other, and ends as soon as it has', async () => {
    const { gate, begun, model } = held();
    const app = await start({ model });
    const answer = ask(app, headersOf(app.issuer.mint()));
    await begun.promise;
    const stopped = app.agent.stop(60_000);
    await expect(fetch(`${app.url}/ping`)).rejects.toThrow();
    gate.resolve();
    expect((await answer).status).toBe(200);
    await stopped;
  });

  it('ends a request that takes longer than the grace, with an answer', async () => {
    const { begun, model } = held();
    const app = await start({ model });
    const answer = ask(app, headersOf(app.issuer.mint()));
    await begun.promise;
    const stopped = app.agent.stop(1);
    expect(agentError.parse(await (await answer).json()).error.message).toBe('The agent is stopping.');
    await stopped;
  });
});
