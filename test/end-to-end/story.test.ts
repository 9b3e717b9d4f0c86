import { passed, runStory, STORY } from '@secure-agent/scripts/demo';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestSystem, type TestSystem } from './support/system.ts';

let running: TestSystem;

beforeAll(async () => {
  running = await startTestSystem();
});

afterAll(() => running.stop());

test('every row of the story comes out as it is told', async () => {
  const rows = await runStory(running.world);
  expect(rows.filter((row) => !passed(row))).toEqual([]);
  expect(rows.map(({ id }) => id)).toEqual(STORY.map(({ id }) => id));
});

test('rows have names of their own, and none expects a failure', () => {
  expect(new Set(STORY.map(({ id }) => id)).size).toBe(STORY.length);
  expect(STORY.filter(({ expected }) => expected.startsWith('failed'))).toEqual([]);
});
