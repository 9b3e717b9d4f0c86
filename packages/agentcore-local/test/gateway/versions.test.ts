/** The four versions of MCP: which a gateway takes, and how a request of 2026-07-28 must agree with its own headers. */
import { describe, expect, it } from 'vitest';
import { createWorld, DEVELOPER, MAIL, REPORT, type Received, type World } from './support.ts';

const ALL = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'];
const STATELESS = '2026-07-28';
const SERVER = { 'io.modelcontextprotocol/serverInfo': { name: 'agentcore-gateway', version: '1.0.0' } };
const ARGUMENTS = { title: 'x' };

const supporting = (...supportedVersions: string[]): World => ({
  record: { protocolConfiguration: { mcp: { supportedVersions } } },
});
const versionHeader = (version: string) => ['MCP-Protocol-Version', version];
const metaOf = (version: unknown, clientCapabilities: unknown = {}) => ({
  'io.modelcontextprotocol/protocolVersion': version,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': clientCapabilities,
});

type Change = {
  readonly version?: string | null;
  readonly method?: string | null;
  readonly name?: string | null;
  readonly meta?: unknown;
};

const header = (name: string, value: string | null) => (value === null ? [] : [name, value]);

/** A request of 2026-07-28 that is right, but for the change. */
function stateless(method: string, params: Readonly<Record<string, unknown>>, change: Change = {}) {
  const named = typeof params['name'] === 'string' ? params['name'] : null;
  const { version = STATELESS, method: ofHeader = method, name = named, meta = metaOf(STATELESS) } = change;
  return {
    headers: [
      ...header('MCP-Protocol-Version', version),
      ...header('Mcp-Method', ofHeader),
      ...header('Mcp-Name', name),
    ],
    body: { jsonrpc: '2.0', id: 7, method, params: { ...params, ...(meta === null ? {} : { _meta: meta }) } },
  };
}

const call = (change?: Change) => stateless('tools/call', { name: REPORT, arguments: ARGUMENTS }, change);
const outcome = ({ status, body }: Received) => [status, body.error?.code ?? 'result'];

describe('supportedVersions', () => {
  it.each(ALL)('a gateway of %s alone takes it and no other', async (version) => {
    const world = createWorld(supporting(version));
    for (const asked of ALL) {
      const sent =
        asked === STATELESS
          ? call()
          : { headers: versionHeader(asked), body: { ...call({ meta: null }).body } };
      const answer = await world.send(sent);
      expect([asked, answer.status]).toEqual([asked, asked === version ? 200 : 400]);
    }
    expect(world.targetCalls()).toHaveLength(1);
  });

  it.each(ALL.slice(1))('%s calls without initialize, with its header and without any', async (version) => {
    const world = createWorld(supporting(version));
    for (const headers of [[], versionHeader(version)]) {
      const answer = await world.call(REPORT, ARGUMENTS, { headers });
      expect(answer.body.result).toEqual({
        content: [{ type: 'text', text: '{"done":true}' }],
        isError: false,
      });
    }
  });

  it.each(ALL.slice(1))('initialize agrees on %s', async (version) => {
    const world = createWorld(supporting(...ALL));
    const answer = await world.rpc('initialize', { protocolVersion: version });
    expect(answer.body.result.protocolVersion).toBe(version);
  });

  it('initialize never agrees on a version that has none', async () => {
    const answer = await createWorld(supporting(...ALL)).rpc('initialize', { protocolVersion: STATELESS });
    expect(answer.body.result.protocolVersion).toBe('2025-11-25');
  });

  it('takes 2025-11-25 and 2025-03-26 where the gateway names none', async () => {
    const world = createWorld({ record: { protocolConfiguration: {} } });
    const statuses = await Promise.all(
      ALL.slice(1).map(
        async (version) => (await world.rpc('ping', {}, { headers: versionHeader(version) })).status,
      ),
    );
    expect(statuses).toEqual([200, 400, 200]);
  });

  it('names the supported versions to a client of a version it does not know (MCP 2026-07-28)', async () => {
    const world = createWorld(supporting(STATELESS, '2025-11-25'));
    const refused = await world.send(call({ version: '1900-01-01', meta: metaOf('1900-01-01') }));
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: {
        code: -32022,
        message: 'Unsupported protocol version',
        data: { supported: [STATELESS, '2025-11-25'], requested: '1900-01-01' },
      },
    });
  });

  it('answers a client of 2026-07-28 as an older server does, where the gateway is one', async () => {
    const refused = await createWorld(supporting('2025-11-25')).send(call());
    expect(outcome(refused)).toEqual([400, -32000]);
    expect(refused.body.error.message).toContain('2025-11-25');
  });

  it('tells a client without a version which there are, where every one needs the header', async () => {
    const world = createWorld(supporting(STATELESS));
    for (const method of ['initialize', 'tools/list']) {
      const refused = await world.rpc(method, { protocolVersion: '2025-11-25' });
      expect(outcome(refused)).toEqual([400, -32020]);
      expect(refused.body.error.message).toContain(STATELESS);
    }
  });
});

describe('2026-07-28', () => {
  it('server/discover tells what initialize told', async () => {
    const world = createWorld({
      record: { protocolConfiguration: { mcp: { supportedVersions: ALL, instructions: 'Ask.' } } },
    });
    const answer = await world.send(stateless('server/discover', {}));
    expect(answer.status).toBe(200);
    expect(answer.body.result).toEqual({
      resultType: 'complete',
      supportedVersions: ALL,
      capabilities: { tools: { listChanged: true } },
      instructions: 'Ask.',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: SERVER,
    });
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
  });

  it('lists and calls without a handshake, each result saying that it is complete', async () => {
    const world = createWorld(supporting(...ALL));
    const list = await world.send(stateless('tools/list', {}));
    expect(list.body.result).toMatchObject({
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'private',
      _meta: SERVER,
      tools: [{ name: REPORT }, { name: MAIL }],
    });
    expect((await world.send(call())).body).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: {
        resultType: 'complete',
        content: [{ type: 'text', text: '{"done":true}' }],
        isError: false,
        _meta: SERVER,
      },
    });
  });

  it('keeps what DEBUG puts in _meta', async () => {
    const world = createWorld({
      record: { ...supporting(...ALL).record, exceptionLevel: 'DEBUG' },
      lambdas: { 'arn:Report': () => ({ ok: false, error: 'Unhandled', message: 'boom' }) },
    });
    expect((await world.send(call())).body.result).toMatchObject({
      isError: true,
      _meta: { ...SERVER, debug: { type: 'text', text: 'The Lambda function failed: boom' } },
    });
  });

  it('results of older versions have none of that', async () => {
    const world = createWorld(supporting(...ALL));
    expect(Object.keys((await world.rpc('tools/list')).body.result)).toEqual(['tools']);
    expect(Object.keys((await world.call(REPORT, ARGUMENTS)).body.result)).toEqual(['content', 'isError']);
  });

  it.each<readonly [id: string, change: Change, code: number, named: string]>([
    ['no MCP-Protocol-Version', { version: null }, -32020, 'MCP-Protocol-Version'],
    ['another version in the header', { version: '2025-11-25' }, -32020, 'MCP-Protocol-Version'],
    ['GW-09 another version in _meta', { meta: metaOf('2025-11-25') }, -32020, 'MCP-Protocol-Version'],
    ['a version in _meta that is no text', { meta: metaOf(20260728) }, -32020, 'MCP-Protocol-Version'],
    ['no Mcp-Method', { method: null }, -32020, 'Mcp-Method'],
    ['GW-09 another method in the header', { method: 'tools/list' }, -32020, 'Mcp-Method'],
    ['another case of the method', { method: 'Tools/Call' }, -32020, 'Mcp-Method'],
    ['no Mcp-Name', { name: null }, -32020, 'Mcp-Name'],
    ['GW-09 another tool in the header', { name: MAIL }, -32020, 'Mcp-Name'],
    ['an empty Mcp-Name', { name: '' }, -32020, 'Mcp-Name'],
    ['an Mcp-Name that is no base64', { name: '=?base64?not*base64?=' }, -32020, 'Mcp-Name'],
    ['an Mcp-Name that is no UTF-8', { name: '=?base64?/w==?=' }, -32020, 'Mcp-Name'],
    ['no _meta', { meta: null }, -32602, 'protocolVersion'],
    ['a _meta that is a text', { meta: STATELESS }, -32602, 'protocolVersion'],
    [
      'no version in _meta',
      { meta: { 'io.modelcontextprotocol/clientCapabilities': {} } },
      -32602,
      'protocolVersion',
    ],
    [
      'no capabilities in _meta',
      { meta: { 'io.modelcontextprotocol/protocolVersion': STATELESS } },
      -32602,
      'clientCapabilities',
    ],
    ['capabilities that are a list', { meta: metaOf(STATELESS, []) }, -32602, 'clientCapabilities'],
  ])('refuses a call with %s', async (_id, change, code, named) => {
    const world = createWorld(supporting(...ALL));
    const refused = await world.send(call(change));
    expect(outcome(refused)).toEqual([400, code]);
    expect(refused.body.error.message).toContain(named);
    expect(refused.body.id).toBe(7);
    expect(world.calls).toEqual([]);
    expect(world.decisions).toMatchObject([
      { kind: 'request', outcome: 'deny', reason: `refused with ${code}` },
    ]);
    expect(outcome(await world.send(call()))).toEqual([200, 'result']);
  });

  it.each(['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name', 'Mcp-Session-Id'])(
    'refuses two headers %s, the right one first',
    async (name) => {
      const world = createWorld(supporting(...ALL));
      const { headers, body } = call();
      const twice = name === 'Mcp-Session-Id' ? [name, 'a', name, 'b'] : [name.toLowerCase(), 'other'];
      expect((await world.send({ headers: [...headers, ...twice], body })).status).toBe(400);
      expect(world.calls).toEqual([]);
    },
  );

  it('GW-09 authorizes what the body says: a header that agrees opens nothing', async () => {
    const world = createWorld(supporting(...ALL));
    const sent = stateless('tools/call', { name: MAIL, arguments: { recipient_email: 'a' } });
    expect(outcome(await world.send({ ...sent, token: DEVELOPER }))).toEqual([200, -32002]);
    expect(
      outcome(await world.send({ ...stateless('tools/call', { arguments: {} }, { name: REPORT }) })),
    ).toEqual([400, -32020]);
    expect(world.calls).toEqual([]);
  });

  it('takes an Mcp-Name that cannot be read for no name, not for the lack of one', async () => {
    const world = createWorld(supporting(...ALL));
    const sent = stateless('tools/call', { arguments: {} }, { name: '=?base64?/w==?=' });
    expect(outcome(await world.send(sent))).toEqual([400, -32020]);
  });

  it('reads an Mcp-Name in base64', async () => {
    const world = createWorld(supporting(...ALL));
    const name = `=?base64?${Buffer.from(REPORT).toString('base64')}?=`;
    expect(outcome(await world.send(call({ name })))).toEqual([200, 'result']);
  });

  it.each<readonly [method: string, params: Readonly<Record<string, unknown>>, name: string | undefined]>([
    ['initialize', { protocolVersion: STATELESS }, undefined],
    ['ping', {}, undefined],
    ['logging/setLevel', { level: 'debug' }, undefined],
    ['completion/complete', {}, undefined],
    ['prompts/list', {}, undefined],
    ['prompts/get', { name: 'p' }, undefined],
    ['resources/list', {}, undefined],
    ['resources/read', { uri: 'file:///etc/passwd' }, 'file:///etc/passwd'],
    ['resources/templates/list', {}, undefined],
    ['subscriptions/listen', {}, undefined],
    ['tasks/get', {}, undefined],
    ['x/y', {}, undefined],
  ])('has no method %s, and says so with 404', async (method, params, name) => {
    const world = createWorld(supporting(...ALL));
    const answer = await world.send(stateless(method, params, name === undefined ? {} : { name }));
    expect(outcome(answer)).toEqual([404, -32601]);
    expect(world.calls).toEqual([]);
  });

  it('takes a notification with nothing but the version', async () => {
    const world = createWorld(supporting(...ALL));
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await world.send({ headers: versionHeader(STATELESS), body })).status).toBe(202);
    expect((await world.send({ headers: versionHeader('1900-01-01'), body })).status).toBe(400);
  });
});
