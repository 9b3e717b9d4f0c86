/**
 * Proves the assertions of the template: `node test/attacks/mutation/run-template.ts [--only REGEX]`. Weakens one property
 * of a control at a time in the synthesized templates, and asks our own rules and then the assertions of `infra/test`
 * (`infra/test/controls`). Prints who objected first to each property's mutants and fails when nobody did to one. A run
 * without `--only` writes `template/objections.json`. Takes some minutes, and is no part of `npm test`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const RECORD = join(import.meta.dirname, 'template', 'objections.json');
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const CONFIG = join(ROOT, 'infra', 'test', 'controls', 'vitest.config.ts');

type Result = {
  readonly survivors: readonly { readonly id: string; readonly property: string }[];
  readonly objections: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

/** @throws when the assertions do not even pass on what is not changed. */
function judged(only: string): Result {
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-mutants-'));
  const output = join(folder, 'result.json');
  try {
    const env = { ...process.env, MUTANTS_ONLY: only, MUTANTS_OUTPUT: output };
    const args = [VITEST, 'run', '--config', CONFIG, '--reporter=dot'];
    execFileSync(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
    if (!existsSync(output)) throw new Error('the assertions did not run');
    return JSON.parse(readFileSync(output, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table({ objections }: Result): string {
  const rows = Object.entries(objections).flatMap(([property, by]) =>
    Object.entries(by).map(([who, count]) => [property.replace(/^AWS::/, ''), String(count), who] as const),
  );
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length), 0);
  const line = ([property, count, who]: (typeof rows)[number]): string =>
    `${property.padEnd(width(0))}  ${count.padStart(width(1))}  ${who}\n`;
  return rows.map(line).join('');
}

const { only = '' } = parseArgs({ options: { only: { type: 'string' } } }).values;
const result = judged(only);
const { survivors, objections } = result;
const total = Object.values(objections)
  .flatMap((by) => Object.values(by))
  .reduce((sum, count) => sum + count, 0);
process.stdout.write(table(result));
for (const { id } of survivors) process.stdout.write(`SURVIVED ${id}\n`);
process.stdout.write(`${total - survivors.length} of ${total} mutants noticed\n`);
if (only === '') writeFileSync(RECORD, `${JSON.stringify(objections, null, 2)}\n`);
process.exitCode = survivors.length === 0 && total > 0 ? 0 : 1;
