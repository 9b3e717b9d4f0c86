/** The agent as a zip archive: the same story at its door as with an image. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '@secure-agent/agentcore-local';
import { LOCAL_STAGE, synthesize } from '@secure-agent/infra';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storyConfiguration } from './support/assembly.ts';
import { startTestSystem, type TestSystem } from './support/system.ts';

let running: TestSystem;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'secure-agent-zip-test-'));
  const configuration = { ...storyConfiguration(), artifact: 'zip' as const };
  await synthesize({ outdir: folder, stage: LOCAL_STAGE, checks: false, configuration });
  running = await startTestSystem(readAssembly(folder));
}, 120_000);
afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('holds the bundle and a .js file that starts it', () => {
  const { dockerImages, files } = JSON.parse(
    readFileSync(join(folder, `secure-agent-${LOCAL_STAGE}.assets.json`), 'utf8'),
  );
  expect(Object.keys(dockerImages)).toEqual([]);
  const folders = Object.values<{ source: { path: string; packaging: string } }>(files)
    .filter(({ source }) => source.packaging === 'zip')
    .map(({ source }) => readdirSync(join(folder, source.path)).toSorted());
  expect(folders).toContainEqual(['main.js', 'main.mjs']);
});

test('answers a person through its gateway', async () => {
  const answer = await running.world.ask('eve', 'How many days of leave do I have left?');
  expect(JSON.stringify(answer)).toContain('21');
});
