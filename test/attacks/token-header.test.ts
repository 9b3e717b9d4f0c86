/** Group JH: the header and the signature of a token, at both front doors and at the agent. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessToken, CONTROL } from './cells/cell.ts';
import { type Arena, newStage, openArena, play, redOf } from './cells/run.ts';
import { HEADER_CELLS } from './cells/token-header.ts';
import { rs256 } from './support/forger.ts';
import { knock } from './support/knock.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.stop());

describe('token header and signature', () => {
  test.each([CONTROL, ...HEADER_CELLS])('$id $why', async (cell) => {
    expect(redOf(await play(cell, arena))).toEqual([]);
  });
});

test('JH-22 with both layers off the same forged token has its effect: it was they that stopped it', async () => {
  const stage = newStage(arena);
  const { world, pool, keys } = stage;
  const credentials = [`Bearer ${accessToken(stage, { sub: 'a-manager' }, { signer: rs256(keys.foreign) })}`];
  await world.use({ rules: { allowedClients: ['app'] }, pool });
  expect((await knock(world, 'gateway', { credentials })).effects).toBe(0);
  world.reconfigure({ authorizerType: 'NONE', engine: 'none' });
  expect((await knock(world, 'gateway', { credentials })).effects).toBe(1);
});
