/** Group JC: the claims of a token and its kind, at both front doors and at the agent. */
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessToken, type Cell, type Claims, CONTROL, type Stage } from './cells/cell.ts';
import { type Arena, newStage, openArena, play, redOf } from './cells/run.ts';
import { CLAIM_CELLS, ID_TOKEN } from './cells/token-claims.ts';
import { HEADER_CELLS } from './cells/token-header.ts';
import { type Door, knock } from './support/knock.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.stop());

const ask = (door: Door, token: string, body?: string) =>
  knock(arena.world, door, { credentials: [`Bearer ${token}`], ...(body === undefined ? {} : { body }) });

const codeOf = (text: string): unknown => JSON.parse(text).error?.code;

describe('token claims', () => {
  test.each([CONTROL, ...CLAIM_CELLS])('$id $why', async (cell) => {
    expect(redOf(await play(cell, arena))).toEqual([]);
  });
});

test('JC-07 where a door asks for the audience alone an ID token passes it, and the agent refuses', async () => {
  const stage = newStage(arena);
  const { world, pool } = stage;
  await world.use({ rules: { allowedAudience: ['app'] }, pool });
  const token = accessToken(stage, ID_TOKEN);
  const atGateway = await ask('gateway', token);
  expect([atGateway.answer.status, atGateway.effects]).toEqual([200, 1]);
  const before = world.effects.agentToGateway;
  const { answer, records, effects } = await ask('runtime', token);
  expect(records).toMatchObject([{ outcome: 'allow', reason: 'authenticated' }]);
  expect([answer.status, effects]).toEqual([424, 1]);
  expect(world.agentLines.at(-1)).toMatchObject({ outcome: 'token_refused', reason: 'client_mismatch' });
  expect(world.effects.agentToGateway).toBe(before);
  const good = await ask('runtime', accessToken(stage, { aud: 'app' }));
  expect(good.answer.status).toBe(200);
});

test('JC-12 a token for the gateway is none for the runtime, and the reverse', async () => {
  const stage = newStage(arena);
  const { world, pool } = stage;
  const rules = { allowedAudience: ['https://gateway.example'] };
  await world.use({ rules, runtimeRules: { allowedAudience: ['https://runtime.example'] }, pool });
  const tokens = {
    gateway: accessToken(stage, { aud: 'https://gateway.example' }),
    runtime: accessToken(stage, { aud: 'https://runtime.example' }),
  };
  for (const door of ['gateway', 'runtime'] as const) {
    const other = door === 'gateway' ? 'runtime' : 'gateway';
    const { answer, records, effects } = await ask(door, tokens[other]);
    expect([door, answer.status, effects]).toEqual([door, 401, 0]);
    expect(records).toMatchObject([{ outcome: 'deny', reason: 'audience_mismatch' }]);
    expect((await ask(door, tokens[door])).effects).toBe(1);
  }
  // The next layer: the agent took the runtime's token and can do nothing with it at the gateway.
  expect(world.agentLines.at(-1)).toMatchObject({ outcome: 'gateway_refused_token' });
});

test('JC-18 where machines are admitted too, a tool for people is closed to them by policy', async () => {
  const stage = newStage(arena);
  const permitWhen = 'principal.hasTag("username")';
  const rules = { allowedClients: ['app', 'machine'] };
  await arena.world.use({ rules, pool: stage.pool, permitWhen });
  const machine: Claims = { client_id: 'machine', username: undefined };
  for (const sub of ['machine', '5f1e0c5e-0000-4000-8000-000000000001']) {
    const { answer, records, effects } = await ask('gateway', accessToken(stage, { ...machine, sub }));
    expect([answer.status, codeOf(answer.text), effects]).toEqual([200, -32002, 0]);
    expect(records).toMatchObject([{ kind: 'authorization', outcome: 'deny', sub }]);
  }
  expect((await ask('gateway', accessToken(stage))).effects).toBe(1);
  // Both layers off: the machine reaches the tool, so it was these two that kept it out.
  await arena.world.use({ rules, pool: stage.pool });
  expect((await ask('gateway', accessToken(stage, machine))).effects).toBe(1);
});

describe('JC-26 a token that ends in the middle of the work', () => {
  const TWO_CALLS = '{"prompt":"Format a report titled \\"May\\" then format a report titled \\"June\\""}';

  async function work(agentLag: number) {
    const stage = newStage(arena);
    const { world, pool } = stage;
    await world.use({ rules: { allowedClients: ['app'] }, pool });
    const token = accessToken(stage, { exp: world.clock.now / 1000 + 2 });
    world.onTarget = () => {
      world.clock.now += 2000;
      world.clock.agentLag = agentLag;
    };
    const before = { target: world.effects.target, decisions: world.decisions.length };
    try {
      const { answer } = await ask('runtime', token, TWO_CALLS);
      const atGateway = world.decisions.slice(before.decisions).filter(({ door }) => door === 'gateway');
      return { answer, atGateway, called: world.effects.target - before.target };
    } finally {
      world.onTarget = () => {};
    }
  }

  test('the same prompt with a token that lasts makes both calls', async () => {
    const stage = newStage(arena);
    await arena.world.use({ rules: { allowedClients: ['app'] }, pool: stage.pool });
    const before = arena.world.effects.target;
    const { answer } = await ask('runtime', accessToken(stage), TWO_CALLS);
    expect([answer.status, arena.world.effects.target - before]).toEqual([200, 2]);
  });

  test('JC-26 the agent sends it no more, and tells the person to sign in', async () => {
    const { answer, atGateway, called } = await work(0);
    expect(called).toBe(1);
    expect(codeOf(answer.text)).toBe('token_refused');
    expect(answer.text).toContain('Sign in again');
    expect(atGateway.filter(({ outcome }) => outcome === 'deny')).toEqual([]);
  });

  test('JC-26 an agent that does not look is refused by the gateway, and does not try as anybody else', async () => {
    const { answer, atGateway, called } = await work(60_000);
    expect(called).toBe(1);
    expect(codeOf(answer.text)).toBe('gateway_refused_token');
    expect(answer.text).toContain('Sign in again');
    const denied = atGateway.filter(({ outcome }) => outcome === 'deny');
    expect(denied.length).toBeGreaterThan(0);
    for (const record of denied) expect(record).toMatchObject({ kind: 'authentication', reason: 'expired' });
    expect(new Set(atGateway.map(({ sub }) => sub).filter((sub) => sub !== undefined)).size).toBe(1);
  });
});

/** What another library takes for good: the signature, the issuer and the times, as its documentation says to ask for them. */
async function joseAccepts(cell: Cell, stage: Stage): Promise<boolean> {
  cell.arrange?.(stage);
  const keys = createLocalJWKSet(JSON.parse(JSON.stringify(stage.pool.keys)));
  const options = {
    algorithms: ['RS256'],
    issuer: stage.pool.issuer,
    currentDate: new Date(stage.world.clock.now),
    requiredClaims: ['exp', 'sub'],
  };
  return jwtVerify(cell.token(stage), keys, options).then(
    () => true,
    () => false,
  );
}

/** Refusals that another library must find too. The others are rules of ours, or of the configuration. */
const COMMON = ['algorithm', 'signature', 'unknown_key', 'issuer_mismatch', 'expired', 'unparsable'];

/** Where jose lets in what we refuse for one of these reasons: other spellings of one token. */
const STRICTER = ['JH-18 spare bits of the signature', 'JH-18 padding'];

test('another library lets in what the doors let in, and refuses what they refuse', async () => {
  const cells = [...HEADER_CELLS, ...CLAIM_CELLS].filter(
    ({ outcome, credentials }) =>
      credentials === undefined && (outcome === 'accept' || COMMON.includes(outcome)),
  );
  expect(cells.length).toBeGreaterThan(100);
  const differing: string[] = [];
  for (const cell of cells) {
    const stage = newStage(arena);
    const accepted = await joseAccepts(cell, stage);
    if (accepted !== (cell.outcome === 'accept')) differing.push(`${cell.id} ${cell.why}`);
  }
  expect(differing).toEqual(STRICTER);
});
