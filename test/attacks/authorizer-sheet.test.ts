/**
 * The authorizer sheet: every cell of the vectors at both front doors and at the agent's own check, with the exact answer,
 * the operator's reason, what was reached behind the door, the twin that is let in, and the next layer.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONTROL } from './cells/cell.ts';
import { refusalAt } from './cells/expected.ts';
import { type Arena, openArena, play, redOf } from './cells/run.ts';
import { UNREAD, VECTOR_CELLS, VECTOR_STATUSES } from './cells/vectors.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.stop());

describe('the vectors', () => {
  test('are all here, and nothing that they say is overlooked', () => {
    expect(VECTOR_CELLS).toHaveLength(59);
    expect(new Set(VECTOR_CELLS.map(({ id }) => id)).size).toBe(59);
    expect(UNREAD).toEqual([]);
  });

  test('name the statuses that these tests ask for', () => {
    const named = new Map(
      VECTOR_CELLS.filter(({ outcome }) => outcome !== 'accept').map((cell) => [
        cell.id,
        {
          runtime: refusalAt('runtime', cell, arena.world).status,
          gateway: refusalAt('gateway', cell, arena.world).status,
        },
      ]),
    );
    for (const [id, { runtime, gateway }] of VECTOR_STATUSES) {
      expect([id, named.get(id)]).toEqual([id, { runtime, gateway }]);
    }
    expect(named.size).toBe(VECTOR_STATUSES.size);
  });

  test.each([CONTROL, ...VECTOR_CELLS])('$id $why', async (cell) => {
    expect(redOf(await play(cell, arena))).toEqual([]);
  });
});
