/** MCP sessions: opt-in, bound to a user, over after their time, and never a credential (devguide gateway-sessions). */
import { describe, expect, it } from 'vitest';
import { createSessions } from '../../src/gateway/sessions.ts';
import {
  createWorld,
  DEVELOPER,
  interceptor,
  MANAGER,
  mint,
  NOW,
  REPORT,
  returns,
  type Sent,
  type World,
} from './support.ts';

const withSessions = (sessionConfiguration: Readonly<Record<string, number>> = {}): World => ({
  record: {
    protocolConfiguration: {
      mcp: { supportedVersions: ['2026-07-28', '2025-11-25'], sessionConfiguration },
    },
  },
});

async function open(world: ReturnType<typeof createWorld>, sent: Sent = {}): Promise<string> {
  const answer = await world.rpc('initialize', { protocolVersion: '2025-11-25' }, sent);
  expect(answer.status).toBe(200);
  return String(answer.headers['mcp-session-id']);
}

const using = (id: string, token = MANAGER): Sent => ({ token, headers: ['Mcp-Session-Id', id] });
const call = (world: ReturnType<typeof createWorld>, sent: Sent) => world.call(REPORT, { title: 'x' }, sent);

describe('sessions', () => {
  it('are there only where they are configured', async () => {
    const world = createWorld();
    const answer = await world.rpc('initialize', { protocolVersion: '2025-11-25' });
    expect(answer.headers).not.toHaveProperty('mcp-session-id');
    expect((await call(world, using('whatever'))).status).toBe(200);
  });

  it('begin with initialize, each with an id of visible ASCII of its own', async () => {
    const world = createWorld(withSessions());
    const ids = [await open(world), await open(world)];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      expect(id).toMatch(/^[\x21-\x7e]{32,}$/);
      expect((await call(world, using(id))).body.result.isError).toBe(false);
    }
  });

  it('do not begin with an initialize that is refused', async () => {
    const world = createWorld(withSessions());
    expect((await world.rpc('initialize', {})).headers).not.toHaveProperty('mcp-session-id');
  });

  it.each<readonly [id: string, sent: (id: string) => Sent, status: number, code: number, reason: string]>([
    ['GW-11 no id', () => ({}), 400, -32000, 'session_missing'],
    [
      'GW-11 an unknown id',
      () => using('11111111-2222-4333-8444-555555555555'),
      404,
      -32001,
      'session_unknown',
    ],
    ['GW-11 an id of path characters', () => using('../../etc/passwd'), 404, -32001, 'session_unknown'],
    ['an empty id', () => using(''), 404, -32001, 'session_unknown'],
    ['__proto__ for an id', () => using('__proto__'), 404, -32001, 'session_unknown'],
    ['GW-11 the session of another user', (id) => using(id, DEVELOPER), 404, -32001, 'session_unknown'],
    ['an id with something behind it', (id) => using(`${id}x`, MANAGER), 404, -32001, 'session_unknown'],
  ])('refuse %s, and call nothing', async (_id, sent, status, code, reason) => {
    const world = createWorld(withSessions());
    const id = await open(world);
    const refused = await call(world, sent(id));
    expect([refused.status, refused.body.error.code, refused.body.id]).toEqual([status, code, 1]);
    expect(world.calls).toEqual([]);
    expect(world.decisions.at(-1)).toMatchObject({
      kind: 'request',
      outcome: 'deny',
      reason,
      method: 'tools/call',
    });
    expect((await call(world, using(id))).status).toBe(200);
  });

  it('GW-12 are no credential', async () => {
    const world = createWorld(withSessions());
    const id = await open(world);
    expect((await call(world, { token: null, headers: ['Mcp-Session-Id', id] })).status).toBe(401);
    expect(world.calls).toEqual([]);
  });

  it.each(['ping', 'tools/list', 'resources/list'])('are needed for %s', async (method) => {
    const world = createWorld(withSessions());
    expect((await world.rpc(method)).status).toBe(400);
    expect((await world.rpc(method, {}, using(await open(world)))).status).toBe(200);
  });

  it('are needed for notifications', async () => {
    const world = createWorld(withSessions());
    const body = { jsonrpc: '2.0', method: 'notifications/initialized' };
    expect((await world.send({ body })).status).toBe(400);
    expect((await world.send({ body, ...using(await open(world)) })).status).toBe(202);
  });

  it.each([
    ['the configured time', { sessionTimeoutInSeconds: 900 }, 900],
    ['one hour unless told', {}, 3600],
  ])('end after %s, however much they were used', async (_id, configuration, seconds) => {
    const world = createWorld(withSessions(configuration));
    const token = mint({ exp: NOW / 1000 + 8 * 3600 });
    const id = await open(world, { token });
    world.setTime(NOW + seconds * 1000 - 1);
    expect((await call(world, using(id, token))).status).toBe(200);
    world.setTime(NOW + seconds * 1000);
    expect((await call(world, using(id, token))).status).toBe(404);
    expect(await open(world, { token })).not.toBe(id);
  });

  it('outlive a change of policies, not one of the authorizer', async () => {
    const world = createWorld(withSessions());
    const id = await open(world);
    world.change({ policies: [] });
    expect((await world.rpc('ping', {}, using(id))).status).toBe(200);
    const { gatewayUrl } = { gatewayUrl: 'http://127.0.0.1:4567/other' };
    world.change({ record: { gatewayUrl } });
    expect((await world.rpc('ping', {}, using(id))).status).toBe(404);
  });

  it('are not for 2026-07-28: an id means nothing there, and none is given', async () => {
    const world = createWorld(withSessions());
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const headers = ['MCP-Protocol-Version', '2026-07-28', 'Mcp-Method', 'tools/list'];
    for (const more of [[], ['Mcp-Session-Id', 'whatever']]) {
      const answer = await world.rpc('tools/list', { _meta: meta }, { headers: [...headers, ...more] });
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('mcp-session-id');
    }
  });

  it('begin with the gateway’s id, whatever a RESPONSE interceptor says', async () => {
    for (const headers of [{}, { 'Mcp-Session-Id': 'forged' }]) {
      const payload = {
        interceptorOutputVersion: '1.0',
        mcp: { transformedGatewayResponse: { headers, body: { jsonrpc: '2.0', id: 1, result: {} } } },
      };
      const world = createWorld({
        record: { ...withSessions().record, interceptorConfigurations: [interceptor(['RESPONSE'])] },
        lambdas: { 'arn:RESPONSE': returns(payload) },
      });
      const id = await open(world);
      expect((await world.rpc('ping', {}, using(id))).status).toBe(200);
    }
  });

  it('at a gateway for anybody are anybody’s', async () => {
    const world = createWorld({
      engine: 'none',
      record: { ...withSessions().record, authorizerType: 'NONE' },
    });
    const id = await open(world, { token: null });
    expect((await call(world, { token: null, headers: ['Mcp-Session-Id', id] })).status).toBe(200);
    expect((await call(world, { token: null })).status).toBe(400);
  });
});

describe('createSessions', () => {
  it('ends a user’s oldest when the user opens too many, and nobody else’s', () => {
    const sessions = createSessions(() => NOW);
    const other = sessions.open('other', 1000);
    const first = sessions.open('greedy', 1000);
    const rest = Array.from({ length: 100 }, () => sessions.open('greedy', 1000));
    expect(sessions.holds(first, 'greedy')).toBe(false);
    expect(rest.every((id) => sessions.holds(id, 'greedy'))).toBe(true);
    expect(sessions.holds(other, 'other')).toBe(true);
  });

  it('holds 10,000, those that are over leaving before those that are not', () => {
    let now = NOW;
    const sessions = createSessions(() => now);
    const long = sessions.open('long', 10_000);
    const short = sessions.open('short', 1000);
    for (let user = 2; user < 10_000; user += 1) sessions.open(`user ${user}`, 10_000);
    now += 1000;
    const last = sessions.open('last', 10_000);
    expect([sessions.holds(long, 'long'), sessions.holds(short, 'short')]).toEqual([true, false]);
    sessions.open('one more', 10_000);
    expect([sessions.holds(long, 'long'), sessions.holds(last, 'last')]).toEqual([false, true]);
  });
});
