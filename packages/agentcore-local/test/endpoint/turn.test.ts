import { expect, test } from 'vitest';
import { nextTurn } from '../../src/endpoint/turn.ts';

test('those that wait in one turn take their steps together, in the order in which they came', async () => {
  const steps: string[] = [];
  const walk = async (name: string): Promise<void> => {
    await nextTurn();
    steps.push(`${name} first`);
    await undefined;
    steps.push(`${name} second`);
  };
  const walks = [walk('a'), walk('b')];
  await Promise.resolve();
  expect(steps).toEqual([]);
  await Promise.all(walks);
  expect(steps).toEqual(['a first', 'b first', 'a second', 'b second']);
});
