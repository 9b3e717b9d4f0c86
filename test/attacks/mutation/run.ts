/**
 * Proves the guards: `node test/attacks/mutation/run.ts [text]`. Takes one check at a time out of a copy of its
 * package, runs the attack rows that are said to need it against both front doors and the agent with that copy in place,
 * and fails unless they turn red. Takes some minutes, and is no part of `npm test`. With a text, only guards that hold it are tried.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GUARDS, type Guard } from './guards.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const AT_ONCE = 2;

/** How the system under attack imports a room, and what that is. */
const ENTRANCES: Readonly<Record<Guard['room'], readonly [specifier: string, file: string]>> = {
  'jwt-authorizer': ['@secure-agent/jwt-authorizer', 'index.ts'],
  agent: ['@secure-agent/agent/create-agent', 'create-agent.ts'],
  'agentcore-local': ['@secure-agent/agentcore-local/services', 'services.ts'],
};

const FILES: Readonly<Record<string, string>> = {
  J: 'authorizer-sheet',
  JH: 'token-header',
  JC: 'token-claims',
  JK: 'discovery-and-keys',
  BX: 'bearer-and-framing',
};

/** Where a row is played. */
const fileOf = ({ kills }: Guard): string =>
  kills === 'JH-19' ? (FILES['JK'] ?? '') : (FILES[/^[A-Z]+/.exec(kills)?.[0] ?? ''] ?? '');

function mutant({ room, file, from, to }: Guard): string {
  const original = join(ROOT, 'packages', room);
  const [specifier, entrance] = ENTRANCES[room];
  const folder = mkdtempSync(join(tmpdir(), 'secure-agent-mutant-'));
  cpSync(join(original, 'src'), join(folder, 'src'), { recursive: true });
  symlinkSync(join(original, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'src', file);
  const text = readFileSync(path, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file}: not there once: ${from}`);
  // A function, because the text may hold what `replace` takes for a pattern.
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const alias = { [specifier]: join(folder, 'src', entrance) };
  const test = { testTimeout: 30_000, deps: { interopDefault: false } };
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default ${JSON.stringify({ root: ROOT, resolve: { alias }, test })};\n`,
  );
  return folder;
}

/** `broken`: the mutant lets not even a good token in, so that its rows prove nothing. */
type Outcome = { readonly guard: Guard; readonly verdict: 'red' | 'GREEN' | 'BROKEN' };

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
};

function verdictOf({ testResults }: Report): Outcome['verdict'] {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const control = results.find(({ title }) => title.startsWith('control:'));
  if (control?.status !== 'passed') return 'BROKEN';
  return results.some(({ status }) => status === 'failed') ? 'red' : 'GREEN';
}

/** Runs the rows of a guard against its mutant. */
async function prove(guard: Guard): Promise<Outcome> {
  const folder = mutant(guard);
  const report = join(folder, 'report.json');
  const args = [
    'run',
    '--config',
    join(folder, 'vitest.config.mjs'),
    `test/attacks/${fileOf(guard)}.test.ts`,
  ];
  const options = ['-t', `(^|\\s)(control:|${guard.kills}\\b)`, '--reporter=json', `--outputFile=${report}`];
  try {
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    await new Promise<void>((resolve) => {
      execFile(process.execPath, [vitest, ...args, ...options], { cwd: ROOT }, () => resolve());
    });
    return { guard, verdict: verdictOf(JSON.parse(readFileSync(report, 'utf8'))) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wanted = process.argv[2] ?? '';
const queue = GUARDS.filter(({ room, file, from, kills }) =>
  `${room}/${file} ${kills} ${from}`.includes(wanted),
);
const outcomes: Outcome[] = [];

async function work(): Promise<void> {
  for (let guard = queue.shift(); guard !== undefined; guard = queue.shift()) {
    const outcome = await prove(guard);
    outcomes.push(outcome);
    process.stdout.write(
      `${outcome.verdict.padEnd(6)} ${guard.kills.padEnd(6)} ${guard.file}: ${guard.from}\n`,
    );
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
const alive = outcomes.filter(({ verdict }) => verdict !== 'red');
process.stdout.write(`${outcomes.length - alive.length} of ${outcomes.length} guards proven\n`);
process.exitCode = alive.length === 0 && outcomes.length > 0 ? 0 : 1;
