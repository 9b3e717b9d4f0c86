/** Installs the suites by their own lock where that was not done yet, then synthesizes the stack as the other tests do. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import synthesizeOnce from '../end-to-end/assembly.setup.ts';
import { CLIENTS } from './support/paths.ts';

function installSuites(): void {
  const lock = readFileSync(join(CLIENTS, 'package-lock.json'));
  const key = createHash('sha256').update(lock).digest('hex');
  const stamp = join(CLIENTS, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  process.stderr.write('secure-agent: installing the MCP conformance suite and the MCP Inspector …\n');
  const run = spawnSync('npm', ['ci', '--ignore-scripts'], { cwd: CLIENTS, encoding: 'utf8' });
  if (run.status !== 0)
    throw new Error(`npm ci failed in test/suites/clients: ${run.stderr || run.error?.message}`);
  writeFileSync(stamp, key);
}

export default async function setup(project: TestProject): Promise<() => void> {
  installSuites();
  return synthesizeOnce(project);
}
