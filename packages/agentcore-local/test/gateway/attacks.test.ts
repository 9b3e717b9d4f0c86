/**
 * Groups GW and IC of the attack catalogue, where a row needs more than one request or more than one user. Rows of one
 * request stand beside the behaviour that they attack, in the other files of this folder. Every refusal names its layer,
 * shows that nothing was reached, and has a twin with the hostile part made good.
 */
import { canonicalJson, hashJson, type Json, ok, type ToolDefinition } from '@secure-agent/contracts';
import { describe, expect, it } from 'vitest';
import { ACCEPT_EVENTS, callOneTool } from './one-tool.ts';
import {
  createWorld,
  DEVELOPER,
  interceptor,
  lambdaTarget,
  MAIL,
  MANAGER,
  permit,
  policy,
  REPORT,
  type Received,
  type World,
} from './support.ts';

const noEngine = { engine: 'none' } as const satisfies World;

/** Opens once so many are there, so that no request is done before the last has begun. */
function barrier(size: number): () => Promise<void> {
  let waiting = 0;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    waiting += 1;
    if (waiting === size) open();
    return opened;
  };
}

/** What a prober can compare, without what differs by request. */
function visible({ status, headers, text }: Received) {
  const { 'x-amzn-requestid': _each, ...rest } = headers;
  return { status, headers: rest, text };
}

describe('GW-02 a hidden tool and one that is not there', () => {
  const PROBES = [MAIL, 'Report___nothing', 'Other___markdown_to_email', 'x'.repeat(MAIL.length)];

  it('are one answer: status, headers and every byte of the body', async () => {
    const world = createWorld();
    const answers = [];
    for (const name of PROBES) {
      answers.push(visible(await world.call(name, { recipient_email: 'a' }, { token: DEVELOPER })));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(world.calls).toEqual([]);
    expect(world.decisions.map(({ outcome, tool }) => [outcome, tool])).toEqual(
      PROBES.map((name) => ['deny', name]),
    );
    expect((await world.call(MAIL, { recipient_email: 'a' })).body.result.isError).toBe(false);
  });

  it('take times whose ranges overlap', async () => {
    const world = createWorld();
    const times = new Map<string, number[]>([
      [MAIL, []],
      ['Report___markdown_to_emai1', []],
    ]);
    for (let round = 0; round < 40; round += 1) {
      for (const [name, taken] of times) {
        const started = performance.now();
        await world.call(name, { recipient_email: 'a' }, { token: DEVELOPER });
        taken.push(performance.now() - started);
      }
    }
    const [hidden = [], unknown = []] = [...times.values()];
    expect(Math.min(...hidden)).toBeLessThan(Math.max(...unknown));
    expect(Math.min(...unknown)).toBeLessThan(Math.max(...hidden));
  });
});

describe('GW-03 a member twice', () => {
  const good = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${REPORT}","arguments":{"title":"x"}}}`;
  const other = `{"name":"${MAIL}","arguments":{"recipient_email":"a"}}`;
  // biome-ignore format: a table
  const twice: readonly (readonly [where: string, body: string])[] = [
    ['name, allowed first', good.replace('"arguments"', `"name":"${MAIL}","arguments"`)],
    ['name, allowed last', good.replace('"name"', `"name":"${MAIL}","name"`)],
    ['params, allowed first', good.replace(/}$/, `,"params":${other}}`)],
    ['params, allowed last', good.replace('"params"', `"params":${other},"params"`)],
    ['method', good.replace('"method"', '"method":"ping","method"')],
    ['id', good.replace('"id":1', '"id":1,"id":2')],
    ['an argument', good.replace('"title":"x"', '"title":"x","title":"y"')],
    ['an argument, escaped', good.replace('"title":"x"', String.raw`"title":"x","\u0074itle":"y"`)],
    ['a member below an argument', good.replace('"x"', '{"a":1,"a":2}')],
  ];
  const watched: World = {
    record: { interceptorConfigurations: [interceptor(['REQUEST', 'RESPONSE'])] },
    lambdas: {
      'arn:REQUEST+RESPONSE': (event) => {
        const { gatewayRequest, gatewayResponse } = Object(event).mcp;
        const transformed =
          gatewayResponse === undefined
            ? { transformedGatewayRequest: { body: gatewayRequest.body } }
            : { transformedGatewayResponse: gatewayResponse };
        return { ok: true, payload: { interceptorOutputVersion: '1.0', mcp: transformed } };
      },
    },
  };

  it.each(['ENFORCE', 'none'] as const)('reaches no other reader, with the engine %s', async (engine) => {
    for (const [where, body] of twice) {
      const world = createWorld({ ...watched, engine });
      const refused = await world.send({ body, token: DEVELOPER });
      expect([where, refused.status, refused.body.error.code]).toEqual([where, 400, -32700]);
      // Not even the interceptor is shown the two.
      expect(world.calls).toEqual([]);
      expect(world.decisions).toMatchObject([{ outcome: 'deny', reason: 'refused with -32700' }]);
      expect((await world.send({ body: good, token: DEVELOPER })).body.result.isError).toBe(false);
    }
  });
});

describe('GW-08 one id for two users', () => {
  it('each of 100 pairs at the same instant gets what it asked for, whichever ends first', async () => {
    let both = barrier(2);
    let late = '';
    const world = createWorld({
      lambdas: {
        'arn:Report': async (event) => {
          await both();
          if (Object(event).title === late) await new Promise((resolve) => setImmediate(resolve));
          return { ok: true, payload: event };
        },
      },
    });
    for (let round = 0; round < 100; round += 1) {
      both = barrier(2);
      late = round % 2 === 0 ? 'maria' : 'dev';
      const answers = await Promise.all([
        world.call(REPORT, { title: 'maria' }, { token: MANAGER }),
        world.call(REPORT, { title: 'dev' }, { token: DEVELOPER }),
      ]);
      expect(answers.map(({ body }) => [body.id, body.result.content[0].text])).toEqual([
        [1, '{"title":"maria"}'],
        [1, '{"title":"dev"}'],
      ]);
    }
    expect(world.targetCalls()).toHaveLength(200);
  });
});

describe('GW-16 GW-18 GW-19 names at a gateway without an engine', () => {
  const tool = (name: string): ToolDefinition => ({
    name,
    description: 'One of many.',
    inputSchema: { type: 'object' },
  });
  const world = () =>
    createWorld({
      ...noEngine,
      targets: [lambdaTarget('A', ['b', '_b', 'x___y', 'get'].map(tool)), lambdaTarget('A-', [tool('b')])],
    });

  it.each([
    ['A___b', 'arn:A'],
    ['A____b', 'arn:A'],
    ['A___x___y', 'arn:A'],
    ['A-___b', 'arn:A-'],
  ])('GW-16 %s is one tool of one target', async (name, arn) => {
    const { call, calls } = world();
    expect((await call(name, {})).body.result.isError).toBe(false);
    expect(calls).toMatchObject([{ arn, clientContext: { custom: { bedrockAgentCoreToolName: name } } }]);
  });

  it.each([
    ['GW-16', '___b'],
    ['GW-16', 'A___'],
    ['GW-16', 'A_b'],
    ['GW-16', 'A__b'],
    ['GW-16', 'A_____b'],
    ['GW-16', 'x___y'],
    ['GW-18', 'get'],
    ['GW-18', '___get'],
    ['GW-19', '\uFF21___get'],
    ['GW-19', 'A___g\u200Det'],
    ['GW-19', 'A___ge\u0301t'.normalize('NFC')],
    ['GW-19', 'A___get '],
    ['GW-19', 'A%5f__get'],
    ['GW-19', 'a___get'],
  ])('%s %j is no tool', async (_id, name) => {
    const { call, calls, decisions } = world();
    const refused = await call(name, {});
    expect(refused.body.error).toEqual({ code: -32602, message: `Unknown tool: ${name}` });
    expect(calls).toEqual([]);
    expect(decisions).toMatchObject([{ outcome: 'deny', reason: 'unknown_tool' }]);
    expect((await call('A___get', {})).body.result.isError).toBe(false);
  });
});

describe('GW-23 GW-24 one value for the policy and for the target', () => {
  const atMostTen = permit(MAIL, ' when { context.input has days && context.input.days <= 10 }');
  const send = (world: ReturnType<typeof createWorld>, days: string) =>
    world.send({
      body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${MAIL}","arguments":{"recipient_email":"a","days":${days}}}}`,
    });

  it.each([
    ['10', 10],
    ['-0', 0],
    ['1.0', 1],
    ['1e1', 10],
  ])('GW-23 %s is allowed, and is %d to the target', async (written, value) => {
    const world = createWorld({ policies: [policy('few', atMostTen)] });
    expect((await send(world, written)).body.result.isError).toBe(false);
    expect(JSON.stringify(Object(world.targetCalls()[0]?.event).days)).toBe(JSON.stringify(value));
  });

  it.each([
    ['11', 'denied by default'],
    ['9007199254740993', 'beyond 2^53'],
    ['-9007199254740993', 'beyond 2^53'],
    ['9223372036854775808', 'must be an integer'],
    ['10.5', 'must be an integer'],
    ['"5"', 'must be an integer'],
    ['1e400', 'refused with -32700'],
  ])('GW-23 %s reaches no target', async (written, reason) => {
    const world = createWorld({ policies: [policy('few', atMostTen)] });
    await send(world, written);
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([{ outcome: 'deny', reason: expect.stringContaining(reason) }]);
  });

  it('GW-24 null, which no policy sees, is not an argument that the target gets', async () => {
    const withoutDays = permit(MAIL, ' unless { context.input has days }');
    const world = createWorld({ policies: [policy('without_days', withoutDays)] });
    const refused = await send(world, 'null');
    expect(refused.body.result.content[0].text).toContain("Field '/days' has invalid type: null found");
    expect(world.calls).toEqual([]);
    expect(world.decisions[0]?.reason).toContain('without_days');
    expect((await world.call(MAIL, { recipient_email: 'a' })).body.result.isError).toBe(false);
  });
});

const progress = (of: string) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: 'p', of },
});
const RESULT = { content: [{ type: 'text', text: 'done' }], isError: false };

/** One streamed call whose target tells whose it is, before and after the other has begun. */
const streamed = async (of: string, both: () => Promise<void>, headers = ACCEPT_EVENTS) => {
  const { answer } = await callOneTool({
    headers,
    params: { _meta: { progressToken: 'p' } },
    async invoke({ onMessage }) {
      onMessage?.(progress(of));
      await both();
      onMessage?.(progress(of));
      return ok({ kind: 'mcp', result: RESULT });
    },
  });
  let text = '';
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) text += Buffer.from(chunk);
  return text;
};

describe('GW-27 two event streams at once', () => {
  it('with one progress token and one id bring each caller their own events, 50 times', async () => {
    for (let round = 0; round < 50; round += 1) {
      const both = barrier(2);
      const texts = await Promise.all(['alice', 'bob'].map((of) => streamed(of, both)));
      for (const [at, of] of ['alice', 'bob'].entries()) {
        const found = [...(texts[at] ?? '').matchAll(/"of":"(\w+)"/g)].map(([, whose]) => whose);
        expect(found).toEqual([of, of]);
      }
    }
  });

  it('keep nothing to replay: a Last-Event-ID of another user brings only the own call', async () => {
    const first = await streamed('alice', async () => {});
    expect(first).not.toMatch(/^id:/m);
    const next = await streamed('bob', async () => {}, [...ACCEPT_EVENTS, 'Last-Event-ID', '1']);
    expect(next).not.toContain('alice');
    const world = createWorld();
    const resumed = await world.send({ method: 'GET', headers: ['Last-Event-ID', '1', ...ACCEPT_EVENTS] });
    expect([resumed.status, world.calls]).toEqual([405, []]);
  });
});

describe('GW-32 a notification about another user’s request', () => {
  it.each(['notifications/cancelled', 'notifications/progress'])(
    '%s ends and adds nothing',
    async (method) => {
      const begun = barrier(2);
      const released = barrier(2);
      const world = createWorld({
        record: {
          protocolConfiguration: { mcp: { streamingConfiguration: { enableResponseStreaming: true } } },
        },
        lambdas: {
          'arn:Report': async () => {
            await begun();
            await released();
            return { ok: true, payload: { done: true } };
          },
        },
      });
      const maria = world.rpc(
        'tools/call',
        { name: REPORT, arguments: { title: 'x' }, _meta: { progressToken: 'p' } },
        { headers: ACCEPT_EVENTS },
      );
      await begun();
      const params = { requestId: 1, progressToken: 'p', progress: 100, message: 'forged' };
      const forged = await world.send({ token: DEVELOPER, body: { jsonrpc: '2.0', method, params } });
      expect([forged.status, forged.text]).toEqual([202, '']);
      await released();
      const { events, text } = await maria;
      expect(events).toMatchObject([{ id: 1, result: { isError: false } }]);
      expect(text).not.toContain('forged');
      expect(world.targetCalls()).toHaveLength(1);
    },
  );
});

describe('IC-03 what is decided on', () => {
  /** JSON of every kind, with members that parsers treat in ways of their own. */
  const REWRITTEN: readonly Json[] = [
    {},
    { title: 'x' },
    { b: 1, a: 2 },
    { a: 2, b: 1 },
    { deep: { list: [1, 'two', null, { three: true }] } },
    JSON.parse('{"__proto__":{"isAdmin":true},"constructor":"c"}'),
    { number: 0.1, negative: -5, large: 1e20 },
    { text: 'ä\u2028\u0000"\\', empty: '' },
  ];

  it.each(REWRITTEN)(
    'hashes as what the target gets, whatever the interceptor makes of it: %j',
    async (args) => {
      const judged: string[] = [];
      const invoked: string[] = [];
      const hash = (name: string, of: Json): string => hashJson({ name, args: of });
      const decision = {
        decision: 'ALLOW',
        reason: 'test',
        determiningPolicies: [],
        mismatchedPolicies: [],
        logOnlyMatches: [],
        logOnlyFlips: [],
        awsWouldDecide: 'ALLOW',
      } as const;
      const params = { name: 'Server___work', arguments: args };
      await callOneTool({
        headers: [],
        params: { arguments: { sent: 'by the client' } },
        caller: {
          kind: 'jwt',
          token: 't',
          verified: { iss: 'i', sub: 's', clientId: 'c', scopes: [], claims: {}, expiresAt: 0 },
        },
        policy: {
          arn: 'arn:engine',
          mode: 'ENFORCE',
          engine: {
            decide: ({ tool, args: seen }) => {
              judged.push(hash(tool, JSON.parse(JSON.stringify(seen))));
              return decision;
            },
            visibleTools: () => [],
            dispose: () => {},
            [Symbol.dispose]: () => {},
          },
        },
        request: () => ({
          ok: true,
          payload: {
            interceptorOutputVersion: '1.0',
            mcp: {
              transformedGatewayRequest: { body: { jsonrpc: '2.0', id: 1, method: 'tools/call', params } },
            },
          },
        }),
        async invoke({ args: got }) {
          invoked.push(hash('Server___work', got));
          return ok({ kind: 'mcp', result: RESULT });
        },
      });
      expect(invoked).toEqual([hash('Server___work', args)]);
      expect(judged).toEqual(invoked);
      expect(judged[0]).not.toBe(hash('Server___work', { sent: 'by the client' }));
      expect(canonicalJson(args)).not.toContain('by the client');
    },
  );
});
