/** Runs the repository's own tools one after another and stops at the first that fails. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from './paths.ts';
import { note, print } from './terminal.ts';

export type Step = { readonly name: string; readonly script: string; readonly args: readonly string[] };

const tool = (...path: string[]): string => join(ROOT, 'node_modules', ...path);

/** Format, lint, types. */
export const STATIC_STEPS: readonly Step[] = [
  { name: 'format and lint', script: tool('@biomejs', 'biome', 'bin', 'biome'), args: ['check', '.'] },
  { name: 'types', script: tool('typescript', 'bin', 'tsc'), args: ['-p', '.'] },
];

/** The policy directory: parsed, validated, linted, and what is generated from the tools compared. */
export const POLICY_CHECK: Step = {
  name: 'policies',
  script: join(ROOT, 'scripts', 'src', 'policy.ts'),
  args: ['check'],
};

/** Decision cases, their coverage, and mutants over the whole declared domain. */
export const POLICY_TEST: Step = { ...POLICY_CHECK, name: 'policy cases', args: ['test'] };

const REPORT = tool('.test-report.json');

/** Tests; `args` go to the test runner. */
export const tests = (name: string, ...args: readonly string[]): Step => ({
  name,
  script: tool('vitest', 'vitest.mjs'),
  args: ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${REPORT}`, ...args],
});

const report = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

/** One plain line that any reader of a log understands. */
function printCounts(): void {
  if (!existsSync(REPORT)) return;
  const { numPassedTests, numFailedTests } = report.parse(JSON.parse(readFileSync(REPORT, 'utf8')));
  print(`${numPassedTests} passed, ${numFailedTests} failed`);
}

/** @returns 0, or the exit code of the step that failed. */
export function runSteps(steps: readonly Step[]): number {
  rmSync(REPORT, { force: true });
  // One folder for every temporary file of a run, so that nothing is left behind by a worker that was ended.
  const temporary = mkdtempSync(join(tmpdir(), 'secure-agent-run-'));
  try {
    return firstFailure(steps, temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    printCounts();
  }
}

function firstFailure(steps: readonly Step[], temporary: string): number {
  const env = { ...process.env, TMPDIR: temporary };
  for (const { name, script, args } of steps) {
    note(`secure-agent: ${name}`);
    const { status } = spawnSync(process.execPath, [script, ...args], { cwd: ROOT, env, stdio: 'inherit' });
    if (status !== 0) {
      note(`secure-agent: ${name} failed`);
      return status ?? 1;
    }
  }
  return 0;
}
