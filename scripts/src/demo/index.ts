/** The story: one table from sign-in to data, told through the real front doors. */
import { watchMissing } from './missing.ts';
import { canaryRow } from './rows/canary.ts';
import { doorRows } from './rows/doors.ts';
import { machineRows } from './rows/machines.ts';
import { mailRows } from './rows/mail.ts';
import { peopleRows } from './rows/people.ts';
import { recordRows } from './rows/records.ts';
import type { RowResult, StoryRow } from './story-row.ts';
import type { World } from './world.ts';

export { spellings } from './rows/canary.ts';
export { differences, type Observed, passed, type RowResult, type StoryRow } from './story-row.ts';
export { createWorld, type World } from './world.ts';

export const STORY: readonly StoryRow[] = [
  ...peopleRows,
  ...recordRows,
  ...mailRows,
  ...machineRows,
  ...doorRows,
  canaryRow,
];

async function runRow({ run, ...row }: StoryRow, world: World): Promise<RowResult> {
  const started = performance.now();
  const missing = watchMissing(world.folder);
  const ms = (): number => Math.round(performance.now() - started);
  try {
    return { ...row, ...(await run(world)), missing: missing(), ms: ms() };
  } catch (error) {
    const outcome = `failed: ${error instanceof Error ? error.message : 'unknown'}`;
    return {
      ...row,
      runtime: '-',
      gateway: '-',
      policy: '-',
      tool: '-',
      outcome,
      missing: missing(),
      ms: ms(),
    };
  }
}

/**
 * Runs rows one after another: they share a table and a mailbox.
 * @param onRow - called with each row as it ends.
 */
export async function runStory(
  world: World,
  rows: readonly StoryRow[] = STORY,
  onRow: (row: RowResult) => void = () => {},
): Promise<readonly RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows) {
    const result = await runRow(row, world);
    results.push(result);
    onRow(result);
  }
  return results;
}
