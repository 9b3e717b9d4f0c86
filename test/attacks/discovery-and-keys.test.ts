/** Group JK, and JH-19: the issuer's documents, its keys over time, and what is remembered of a verification. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessToken, CONTROL, type Stage } from './cells/cell.ts';
import { DOCUMENT_CELLS } from './cells/issuer-documents.ts';
import { type Arena, newStage, openArena, play, redOf } from './cells/run.ts';
import { partsOf } from './support/forger.ts';
import { DOORS, type Door, knock } from './support/knock.ts';

let arena: Arena;
let stage: Stage;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.stop());

const MINUTE = 60_000;
const RULES = { allowedClients: ['app'] };

async function freshStage(): Promise<void> {
  stage = newStage(arena);
  await arena.world.use({ rules: RULES, pool: stage.pool });
}

/** The status, and the reason that the layer wrote down. */
async function outcomeAt(door: Door, token: string): Promise<string> {
  const { answer, records, effects } = await knock(arena.world, door, { credentials: [`Bearer ${token}`] });
  const [record] = records;
  if (answer.status === 200 && effects > 0) return 'accept';
  expect([answer.status, effects]).toEqual([door === 'agent' ? 403 : 401, 0]);
  return record?.reason ?? 'nothing recorded';
}

const unknownKid = (index: number): string => accessToken(stage, {}, { header: { kid: `random-${index}` } });
const keyFetches = (): number => stage.pool.asked.filter((path) => path.endsWith('jwks.json')).length;

describe('documents of the issuer', () => {
  test.each([CONTROL, ...DOCUMENT_CELLS])('$id $why', async (cell) => {
    expect(redOf(await play(cell, arena))).toEqual([]);
  });

  test('JK-02 an address that no issuer may have is never asked, and nobody comes in', async () => {
    await freshStage();
    const { attacker, world } = arena;
    const { port } = new URL(attacker.url);
    const suffix = '/.well-known/openid-configuration';
    const addresses = [
      'file:///etc',
      'gopher://127.0.0.1',
      `http://u:p@127.0.0.1:${port}`,
      `http://localtest.me:${port}`,
      `http://localhost:${port}`,
      `http://0x7f.1:${port}`,
      'http://169.254.169.254',
      'https://169.254.169.254',
      'https://[::ffff:169.254.169.254]',
      'https://[::ffff:a9fe:a9fe]',
      'no address at all',
      'http://idp.example',
    ].map((origin) => `${origin}${suffix}`);
    for (const discoveryUrl of [...addresses, `${attacker.url}/?x=${suffix}`, `${attacker.url}/#${suffix}`]) {
      const { pool } = stage;
      await expect(world.use({ rules: RULES, pool: { ...pool, discoveryUrl } })).rejects.toThrow(TypeError);
      world.reconfigure({ pool: { ...pool, discoveryUrl } });
      for (const door of ['gateway', 'runtime'] as const) {
        const { answer, effects } = await knock(world, door, {
          credentials: [`Bearer ${accessToken(stage)}`],
        });
        expect([discoveryUrl, door, answer.status, effects]).toEqual([discoveryUrl, door, 500, 0]);
        expect(answer.text).not.toContain('127.0.0.1');
      }
    }
    expect(attacker.hits).toEqual([]);
    await world.use({ rules: RULES, pool: stage.pool });
    expect(await outcomeAt('gateway', accessToken(stage))).toBe('accept');
  });
});

describe.each(DOORS)('keys over time, at the %s', (door) => {
  beforeEach(freshStage);

  test('JK-06 down at the start: closed, asked for once a second, and open again by itself', async () => {
    const { pool, keys, world } = stage;
    pool.takeDown();
    const good = accessToken(stage);
    for (let round = 0; round < 5; round += 1) expect(await outcomeAt(door, good)).toBe('keys_unavailable');
    expect(keyFetches()).toBe(1);
    pool.publish(keys.k1.jwk);
    expect(await outcomeAt(door, good)).toBe('keys_unavailable');
    world.clock.now += 1000;
    expect(await outcomeAt(door, good)).toBe('accept');
  });

  test('JK-07 down later: known keys serve ten minutes and not a millisecond more', async () => {
    const { pool, world } = stage;
    const good = accessToken(stage);
    expect(await outcomeAt(door, good)).toBe('accept');
    pool.takeDown();
    // The agent's good call passes the gateway too, whose keys are as old.
    world.clock.now += 10 * MINUTE - 1;
    expect(await outcomeAt(door, good)).toBe('accept');
    expect(await outcomeAt(door, unknownKid(0))).toBe('unknown_key');
    world.clock.now += 1;
    expect(await outcomeAt(door, good)).toBe('keys_unavailable');
  });

  test('JK-08 a flood of unknown keys costs one fetch in ten seconds, and good tokens pass', async () => {
    const { world } = stage;
    const good = accessToken(stage);
    expect(await outcomeAt(door, good)).toBe('accept');
    const before = keyFetches();
    const flood = Array.from({ length: 60 }, (_, index) => unknownKid(index));
    for (const token of flood) expect(await outcomeAt(door, token)).toBe('unknown_key');
    expect(keyFetches() - before).toBe(1);
    expect(await outcomeAt(door, good)).toBe('accept');
    world.clock.now += 10_000;
    for (const token of flood) expect(await outcomeAt(door, token)).toBe('unknown_key');
    expect(keyFetches() - before).toBe(2);
  });
});

describe('keys that change', () => {
  beforeEach(freshStage);

  test('JK-09 a new key is taken at once and a withdrawn one refused, by every layer alike', async () => {
    const { pool, keys, world } = stage;
    const old = accessToken(stage);
    const next = accessToken(stage, {}, { key: keys.k3 });
    for (const door of DOORS) expect([door, await outcomeAt(door, old)]).toEqual([door, 'accept']);
    pool.publish(keys.k1.jwk, keys.k3.jwk);
    for (const door of DOORS) expect([door, await outcomeAt(door, next)]).toEqual([door, 'accept']);
    pool.publish(keys.k3.jwk);
    world.clock.now += 10 * MINUTE;
    for (const door of DOORS) expect([door, await outcomeAt(door, old)]).toEqual([door, 'unknown_key']);
    for (const door of DOORS) expect([door, await outcomeAt(door, next)]).toEqual([door, 'accept']);
  });
});

describe('what is remembered of a verification', () => {
  beforeEach(freshStage);

  /** Two people whose tokens are of one length and one key. */
  const people = () => ({
    alice: accessToken(stage, { sub: 'alice-0000-0000-0000-000000000001' }),
    carol: accessToken(stage, { sub: 'carol-0000-0000-0000-000000000001' }),
  });

  const subjectAt = async (token: string): Promise<string | undefined> => {
    const { records } = await knock(arena.world, 'gateway', { credentials: [`Bearer ${token}`] });
    return records[0]?.outcome === 'allow' ? records[0].sub : records[0]?.reason;
  };

  test('JH-19 each of two like tokens is its own person, in any order and at once', async () => {
    const { alice, carol } = people();
    expect(alice).toHaveLength(carol.length);
    for (let round = 0; round < 3; round += 1) {
      expect(await subjectAt(alice)).toMatch(/^alice/);
      expect(await subjectAt(carol)).toMatch(/^carol/);
    }
    await freshStage();
    const again = people();
    const port = { credentials: (token: string) => [`Bearer ${token}`] };
    const before = arena.world.decisions.length;
    await Promise.all(
      [again.alice, again.carol, again.alice, again.carol].map((token) =>
        knock(arena.world, 'gateway', { credentials: port.credentials(token) }),
      ),
    );
    const subjects = arena.world.decisions.slice(before).map(({ sub }) => sub?.slice(0, 5));
    expect(subjects.toSorted()).toEqual(['alice', 'alice', 'carol', 'carol']);
  });

  test('JH-19 a remembered token lends nothing to one with its header, payload or signature', async () => {
    const { alice, carol } = people();
    const [header, payload, signature] = partsOf(alice);
    const [, otherPayload, otherSignature] = partsOf(carol);
    expect(await subjectAt(alice)).toMatch(/^alice/);
    for (let round = 0; round < 2; round += 1) {
      // Refused twice: a failure is not remembered as a success.
      expect(await subjectAt(`${header}.${otherPayload}.${signature}`)).toBe('signature');
      expect(await subjectAt(`${header}.${payload}.${otherSignature}`)).toBe('signature');
    }
    expect(await subjectAt(carol)).toMatch(/^carol/);
  });

  test('JH-19 what is remembered ends with the token, with its key and with its rules', async () => {
    const { pool, keys, world } = stage;
    const good = accessToken(stage, { exp: world.clock.now / 1000 + 60 });
    const longer = accessToken(stage);
    expect(await outcomeAt('gateway', good)).toBe('accept');
    expect(await outcomeAt('gateway', longer)).toBe('accept');
    world.clock.now += MINUTE;
    expect(await outcomeAt('gateway', good)).toBe('expired');
    pool.publish(keys.k3.jwk);
    expect(await outcomeAt('gateway', accessToken(stage, {}, { key: keys.k3 }))).toBe('accept');
    expect(await outcomeAt('gateway', longer)).toBe('unknown_key');
    pool.publish(keys.k1.jwk, keys.k3.jwk);
    world.clock.now += 10_000;
    expect(await outcomeAt('gateway', longer)).toBe('accept');
    await world.use({ rules: { allowedClients: ['other'] }, pool });
    expect(await outcomeAt('gateway', longer)).toBe('client_mismatch');
  });
});
