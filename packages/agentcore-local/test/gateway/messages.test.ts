/** What reaches the pipeline: one message, read in one way. */
import { describe, expect, it } from 'vitest';
import { createWorld, MAIL, REPORT, type Sent } from './support.ts';

const CALL = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${REPORT}","arguments":{"title":"x"}}}`;
const rpc = (members: string) => `{"jsonrpc":"2.0",${members}}`;
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const batch = (size: number) => `[${Array.from({ length: size }, () => CALL).join(',')}]`;

type Refused = readonly [id: string, body: string | Buffer, status: number, code: number];

const REFUSED: readonly Refused[] = [
  ['malformed JSON', '{"jsonrpc":', 400, -32700],
  ['an empty body', '', 400, -32700],
  [
    'GW-03 params.name twice, allowed first',
    CALL.replace('"name":', `"name":"${MAIL}","name":`),
    400,
    -32700,
  ],
  [
    'GW-03 params.name twice, allowed last',
    CALL.replace('"arguments"', `"name":"${MAIL}","arguments"`),
    400,
    -32700,
  ],
  [
    'GW-03 params.name twice, one escaped',
    CALL.replace('"arguments"', `"\\u006eame":"${MAIL}","arguments"`),
    400,
    -32700,
  ],
  ['GW-03 method twice', CALL.replace('"params"', '"method":"ping","params"'), 400, -32700],
  ['GW-03 params twice', CALL.replace('"params"', '"params":{},"params"'), 400, -32700],
  ['GW-03 arguments twice', CALL.replace('"arguments"', '"arguments":{},"arguments"'), 400, -32700],
  ['GW-03 id twice', CALL.replace('"id":1', '"id":1,"id":2'), 400, -32700],
  ['GW-03 an argument twice', CALL.replace('"title":"x"', '"title":"x","title":"y"'), 400, -32700],
  ['GW-04 METHOD for method', CALL.replace('"method"', '"METHOD"'), 400, -32600],
  ['GW-06 a batch of two', batch(2), 400, -32600],
  ['GW-06 a batch of 10 000', batch(10_000), 400, -32600],
  ['GW-06 an empty batch', '[]', 400, -32600],
  ['GW-06 nested batches', `[[${CALL}]]`, 400, -32600],
  ['GW-07 a call without an id', CALL.replace('"id":1,', ''), 400, -32600],
  ['GW-07 a call with the id null', CALL.replace('"id":1', '"id":null'), 400, -32600],
  ['GW-07 a call with an object for an id', CALL.replace('"id":1', '"id":{}'), 400, -32600],
  ['GW-08 a fraction for an id', CALL.replace('"id":1', '"id":1.5'), 400, -32600],
  ['GW-08 an id beyond 2^53', CALL.replace('"id":1', '"id":9007199254740993'), 400, -32600],
  ['GW-08 an id of 1 MB', CALL.replace('"id":1', `"id":"${'a'.repeat(1_000_000)}"`), 400, -32600],
  ['GW-23 a number beyond a double', CALL.replace('"x"', '1e400'), 400, -32700],
  ['GW-26 a byte order mark', `\uFEFF${CALL}`, 400, -32700],
  // Latin-1 for ÿ: not UTF-8, and good JSON to a reader that puts U+FFFD in its place.
  ['GW-26 invalid UTF-8', Buffer.from(CALL.replace('"x"', '"\u00ff"'), 'latin1'), 400, -32700],
  ['GW-26 a lone surrogate', CALL.replace('"x"', '"\\ud800"'), 400, -32700],
  ['nesting over 100 levels', CALL.replace('"x"', nested(200)), 400, -32700],
  ['a scalar', '1', 400, -32600],
  ['null', 'null', 400, -32600],
  ['another jsonrpc', CALL.replace('"2.0"', '"1.0"'), 400, -32600],
  ['no jsonrpc', CALL.replace('"jsonrpc":"2.0",', ''), 400, -32600],
  ['a method that is no text', rpc('"id":1,"method":1'), 400, -32600],
  ['a response', rpc('"id":1,"result":{}'), 400, -32600],
  ['params that are a list', rpc(`"id":1,"method":"tools/call","params":["${REPORT}"]`), 400, -32602],
];

const EXPECT_GOOD = {
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: '{"done":true}' }], isError: false },
};

describe('messages', () => {
  it.each(REFUSED)(
    'refuses %s, calls nothing, and answers the next call',
    async (_id, body, status, code) => {
      const world = createWorld();
      const refused = await world.send({ body });
      expect(refused.status).toBe(status);
      expect(refused.body).toMatchObject({ jsonrpc: '2.0', id: null, error: { code } });
      expect(world.calls).toEqual([]);
      expect((await world.send({ body: CALL })).body).toEqual(EXPECT_GOOD);
      expect(world.targetCalls()).toHaveLength(1);
    },
  );

  it('GW-06 says that it takes no batches', async () => {
    expect((await createWorld().send({ body: '[]' })).body.error.message).toContain(
      'Batches are not supported',
    );
  });

  it.each<readonly [id: string, sent: Sent, status: number]>([
    ['GW-26 text/json', { contentType: 'text/json' }, 415],
    ['BX-04 a form', { contentType: 'application/x-www-form-urlencoded' }, 415],
    ['GW-26 UTF-16', { contentType: 'application/json;charset=utf-16' }, 415],
    ['application/jsonp', { contentType: 'application/jsonp' }, 415],
    ['no Content-Type', { contentType: null }, 415],
    ['two content types in one', { contentType: 'application/json, text/plain' }, 415],
    ['two Content-Type headers', { headers: ['content-type', 'text/plain'] }, 400],
    ['GW-26 gzip', { headers: ['Content-Encoding', 'gzip'] }, 415],
    [
      'two Content-Encoding headers',
      { headers: ['Content-Encoding', 'identity', 'Content-Encoding', 'gzip'] },
      400,
    ],
    [
      'a protocol version the gateway does not have',
      { headers: ['MCP-Protocol-Version', '2024-11-05'] },
      400,
    ],
    ['a protocol version not served yet', { headers: ['MCP-Protocol-Version', '2026-07-28'] }, 400],
    ['an empty protocol version', { headers: ['MCP-Protocol-Version', ''] }, 400],
    [
      'two protocol versions',
      { headers: ['MCP-Protocol-Version', '2025-06-18', 'mcp-protocol-version', '2025-11-25'] },
      400,
    ],
  ])('refuses %s', async (_id, sent, status) => {
    const world = createWorld();
    expect((await world.send({ body: CALL, ...sent })).status).toBe(status);
    expect(world.calls).toEqual([]);
  });

  it.each<readonly [id: string, sent: Sent]>([
    ['charset=utf-8', { contentType: 'application/json; charset=utf-8' }],
    ['charset="UTF-8"', { contentType: 'Application/JSON;charset="UTF-8"' }],
    ['Content-Encoding: identity', { headers: ['Content-Encoding', 'identity'] }],
    ['a protocol version the gateway has', { headers: ['MCP-Protocol-Version', '2025-06-18'] }],
    ['no Accept and no protocol version, as in the samples of AWS', {}],
  ])('accepts %s', async (_id, sent) => {
    expect((await createWorld().send({ body: CALL, ...sent })).body).toEqual(EXPECT_GOOD);
  });

  it('accepts only the versions that the gateway lists', async () => {
    const world = createWorld({
      record: { protocolConfiguration: { mcp: { supportedVersions: ['2025-06-18'] } } },
    });
    const withVersion = (version: string) =>
      world.send({ body: CALL, headers: ['MCP-Protocol-Version', version] });
    expect((await withVersion('2025-11-25')).status).toBe(400);
    expect((await withVersion('2025-06-18')).status).toBe(200);
  });

  it.each([
    ['case', `"Name":"${MAIL}","NAME":"${MAIL}"`],
    ['long s', `"param\u017F":{"name":"${MAIL}"}`],
    ['a trailing NUL', `"name\\u0000":"${MAIL}"`],
    ['__proto__', `"__proto__":{"name":"${MAIL}"}`],
  ])('GW-04 ignores a member that differs in %s', async (_id, member) => {
    const world = createWorld();
    const body = CALL.replace('"name"', `${member},"name"`);
    expect((await world.send({ body })).body).toEqual(EXPECT_GOOD);
    expect(world.decisions.map(({ tool }) => tool)).toEqual([REPORT]);
  });

  it.each(['1', '0', '-3', '"a"', '"__proto__"', '""'])('GW-08 echoes the id %s', async (id) => {
    const world = createWorld();
    expect((await world.send({ body: CALL.replace('"id":1', `"id":${id}`) })).body.id).toEqual(
      JSON.parse(id),
    );
  });

  it('GW-08 gives each of many requests with one id its own answer', async () => {
    const world = createWorld({ lambdas: { 'arn:Report': async (event) => ({ ok: true, payload: event }) } });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, round) => world.call(REPORT, { title: `round ${round}` })),
    );
    answers.forEach(({ body }, round) => {
      expect(JSON.parse(body.result.content[0].text)).toEqual({ title: `round ${round}` });
    });
  });
});

describe('methods', () => {
  it('initialize names the gateway and its tools, and makes no session', async () => {
    const world = createWorld({
      record: {
        protocolConfiguration: {
          mcp: { supportedVersions: ['2025-03-26', '2025-11-25'], instructions: 'Ask.' },
        },
      },
    });
    const answer = await world.rpc('initialize', { protocolVersion: '2025-03-26', capabilities: {} });
    expect(answer.body.result).toEqual({
      protocolVersion: '2025-03-26',
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: 'agentcore-gateway', version: '1.0.0' },
      instructions: 'Ask.',
    });
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
    expect(world.decisions).toMatchObject([
      { kind: 'initialize', outcome: 'allow', sub: 'sub-maria', method: 'initialize' },
    ]);
  });

  it.each([
    ['2025-06-18', '2025-06-18'],
    ['2024-11-05', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['nonsense', '2025-11-25'],
  ])('initialize answers %s with %s', async (asked, agreed) => {
    const answer = await createWorld().rpc('initialize', { protocolVersion: asked });
    expect(answer.body.result.protocolVersion).toBe(agreed);
  });

  it('initialize without a version is refused and recorded', async () => {
    const world = createWorld();
    expect((await world.rpc('initialize', {})).body.error.code).toBe(-32602);
    expect(world.decisions).toMatchObject([
      { kind: 'initialize', outcome: 'deny', reason: 'invalid_params' },
    ]);
  });

  it('takes a notification without an answer', async () => {
    const world = createWorld();
    const answer = await world.send({ body: rpc('"method":"notifications/initialized"') });
    expect([answer.status, answer.text]).toEqual([202, '']);
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it.each([
    'resources/list',
    'resources/read',
    'resources/templates/list',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'logging/setLevel',
    'server/discover',
    'notifications/initialized',
    'tools/Call',
    'TOOLS/CALL',
    'tools/call ',
    '__proto__',
    'constructor',
    '',
  ])('GW-14 knows no method %j', async (method) => {
    const world = createWorld();
    const answer = await world.rpc(method, {
      uri: 'file:///etc/passwd',
      name: REPORT,
      arguments: { title: 'x' },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32601, message: 'Method not found' },
    });
    expect(world.calls).toEqual([]);
  });
});
