/**
 * Proves the guards of the rooms: `node test/attacks/mutation/run-rooms.ts [text]`. Takes one check at a time out of a copy
 * of the repository, runs the file that holds its row, and fails unless the row turns red while the same file passes
 * without the change. Takes some minutes, and is no part of `npm test`. With a text, only guards that hold it are tried.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RoomGuard } from './room-guard.ts';
import { ROOM_GUARDS } from './room-guards.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const AT_ONCE = 2;
const LEFT_OUT = new Set(['.git', 'node_modules', 'cdk.out', '.secure-agent', 'bootstrap']);

/** A copy that finds its dependencies where the original has them, and the packages of the workspace in itself. */
function copyOfRepository(): string {
  const copy = mkdtempSync(join(tmpdir(), 'secure-agent-mutant-'));
  cpSync(ROOT, copy, {
    recursive: true,
    verbatimSymlinks: true,
    // Each package's own node_modules are links, and short.
    filter: (path) => path === ROOT || !(LEFT_OUT.has(basename(path)) && join(ROOT, basename(path)) === path),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  const test = { testTimeout: 30_000, deps: { interopDefault: false } };
  const config = `export default ${JSON.stringify({ root: copy, test })};\n`;
  writeFileSync(join(copy, 'mutant.config.mjs'), config);
  return copy;
}

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
};

/** Statuses of the tests of a row. */
async function statuses(copy: string, { test, kills }: RoomGuard): Promise<readonly string[]> {
  const output = join(copy, 'report.json');
  rmSync(output, { force: true });
  const file = join(copy, test);
  const args = ['run', '--config', join(copy, 'mutant.config.mjs'), file, '-t', `\\b${kills}\\b`];
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  await new Promise<void>((resolve) => {
    const options = { cwd: copy, timeout: 120_000 };
    const child = [vitest, ...args, '--reporter=json', `--outputFile=${output}`];
    execFile(process.execPath, child, options, () => resolve());
  });
  const report: Report = JSON.parse(readFileSync(output, 'utf8'));
  return report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .map(({ status }) => status)
      .filter((status) => status !== 'skipped' && status !== 'pending'),
  );
}

async function prove(copy: string, guard: RoomGuard): Promise<'red' | 'GREEN' | 'BROKEN'> {
  const path = join(copy, guard.file);
  const text = readFileSync(path, 'utf8');
  if (text.split(guard.from).length !== 2) throw new Error(`${guard.file}: not there once: ${guard.from}`);
  const before = await statuses(copy, guard);
  if (before.length === 0 || before.some((status) => status !== 'passed')) return 'BROKEN';
  try {
    writeFileSync(
      path,
      text.replace(guard.from, () => guard.to),
    );
    return (await statuses(copy, guard)).includes('failed') ? 'red' : 'GREEN';
  } finally {
    writeFileSync(path, text);
  }
}

const wanted = process.argv[2] ?? '';
const queue = ROOM_GUARDS.filter(({ file, from, kills }) => `${file} ${kills} ${from}`.includes(wanted));
const total = queue.length;
let red = 0;

async function work(): Promise<void> {
  const copy = copyOfRepository();
  try {
    for (let guard = queue.shift(); guard !== undefined; guard = queue.shift()) {
      const verdict = await prove(copy, guard);
      if (verdict === 'red') red += 1;
      process.stdout.write(`${verdict.padEnd(6)} ${guard.kills} ${guard.file}: ${guard.from}\n`);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
process.stdout.write(`${red} of ${total} guards proven\n`);
process.exitCode = red === total && total > 0 ? 0 : 1;
