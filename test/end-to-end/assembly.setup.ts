/** Synthesizes the stack once for every end-to-end test; each test reads it and changes only its own copy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_STAGE, synthesize } from '@secure-agent/infra';
import type { TestProject } from 'vitest/node';
import { storyConfiguration } from './support/assembly.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly assemblyFolder: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-assembly-'));
  const configuration = storyConfiguration();
  const { assemblyFolder } = await synthesize({
    outdir: folder,
    stage: LOCAL_STAGE,
    checks: false,
    configuration,
  });
  project.provide('assemblyFolder', assemblyFolder);
  return () => rmSync(folder, { recursive: true, force: true });
}
