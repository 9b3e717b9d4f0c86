/** `npm run synth -- --actions` as people start it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../src/lib/paths.ts';

const SCRIPT = join(ROOT, 'scripts', 'src', 'synth.ts');

test('--actions prints the table of permissions that docs/iam.md keeps for the local stage', () => {
  const out = execFileSync(process.execPath, [SCRIPT, '--stage', 'local', '--actions'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [file, ...table] = out.trim().split('\n');
  expect(file).toBe('cdk.out/secure-agent-local.template.json');
  const kept = readFileSync(join(ROOT, 'docs', 'iam.md'), 'utf8').split('\n');
  const rows = kept.filter((line) => line.startsWith('|'));
  expect(table).toEqual(rows);
  expect(table.length).toBeGreaterThan(40);
}, 60_000);
