/** Group JH: the header and the signature of a token, at both front doors and at the agent. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Arena, openArena, play, redOf } from './cells/run.ts';
import { HEADER_CELLS } from './cells/token-header.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.stop());

describe('token header and signature', () => {
  test.each(HEADER_CELLS)('$id $why', async (cell) => {
    expect(redOf(await play(cell, arena))).toEqual([]);
  });
});
