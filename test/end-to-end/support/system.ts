/** A whole local system for a test, on free ports and in a folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Assembly, type LocalBehaviour, readAssembly } from '@secure-agent/agentcore-local';
import { createWorld, type RowResult, runStory, STORY, type World } from '@secure-agent/scripts/demo';
import { type LocalSystem, startLocalSystem } from '@secure-agent/scripts/local-system';
import { inject } from 'vitest';
import { storyConfiguration } from './assembly.ts';

export type TestSystem = {
  readonly system: LocalSystem;
  readonly world: World;
  readonly folder: string;
  stop(): Promise<void>;
};

/** The assembly that was synthesized for this run. */
export const sharedAssembly = (): Assembly => readAssembly(inject('assemblyFolder'));

/** Starts the stack, as it is or changed. */
export async function startTestSystem(
  assembly: Assembly = sharedAssembly(),
  behaviour: LocalBehaviour = {},
): Promise<TestSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-test-'));
  const configuration = storyConfiguration();
  try {
    const places = { folder, port: 0, mailboxPort: 0 };
    const system = await startLocalSystem({ assembly, configuration, behaviour, ...places });
    const stop = async (): Promise<void> => {
      await system.stop();
      rmSync(folder, { recursive: true, force: true });
    };
    return { system, world: createWorld(system, configuration, folder), folder, stop };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Runs the named rows of the story; a name that no row has is an error. */
export function tell(world: World, ids: readonly string[]): Promise<readonly RowResult[]> {
  const rows = ids.map((id) => {
    const row = STORY.find((one) => one.id === id);
    if (row === undefined) throw new Error(`the story has no row ${id}`);
    return row;
  });
  return runStory(world, rows);
}
