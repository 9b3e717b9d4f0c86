/**
 * A Vitest runner that, after the tests of a file have passed, shows them every mutant that nobody objected to yet. Hooks
 * run again for each, because they read the template. Started by `test/attacks/mutation/run-template.ts`.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import { type RunnerTask, type RunnerTestCase, type RunnerTestFile, type RunnerTestSuite, TestRunner } from 'vitest';
import { setChange } from '../support/mutation.ts';
import { type Mutant, mutantsOf, variants } from './mutants.ts';
import { brokenRule, type Verdict } from './objections.ts';

const wanted = new RegExp(process.env['MUTANTS_ONLY'] ?? '');
const output = process.env['MUTANTS_OUTPUT'] ?? '';

const verdicts: Verdict[] = [];
let alive: readonly Mutant[] = [];
let started = false;

/** Rules first: they need no test. */
function start(): void {
  if (started) return;
  started = true;
  const templates = variants();
  const mutants = mutantsOf(templates).filter(({ id, property }) => wanted.test(`${property} ${id}`));
  const judged = mutants.map((mutant) => ({ mutant, rule: brokenRule(mutant, templates) }));
  verdicts.push(...judged.flatMap(({ mutant, rule }) => (rule ? [{ mutant, objector: `rule ${rule}` }] : [])));
  alive = judged.filter(({ rule }) => rule === undefined).map(({ mutant }) => mutant);
}

type Attempt = { readonly name: string; readonly run: () => Promise<boolean> };

async function holds(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

async function prepare(suite: RunnerTestSuite | RunnerTestFile): Promise<void> {
  for (const hook of TestRunner.getSuiteHooks(suite)?.beforeAll ?? []) await hook(suite as never, suite as never);
}

const fullName = (test: RunnerTestCase): string => {
  const names: string[] = [];
  for (let at: RunnerTask | undefined = test; at?.suite; at = at.suite) names.unshift(at.name);
  return [basename(test.file.name, '.test.ts'), names.join(', ')].join(': ');
};

/** Every test below a suite, its suites' hooks run before it. */
async function attemptsOf(suite: RunnerTestSuite | RunnerTestFile): Promise<readonly Attempt[]> {
  const inside = await Promise.all(
    suite.tasks.map(async (task): Promise<readonly Attempt[]> => {
      if (task.type !== 'test') return attemptsOf(task);
      return [{ name: fullName(task), run: () => holds(TestRunner.getTestFn(task)) }];
    }),
  );
  return inside.flat();
}

const suitesOf = (suite: RunnerTestSuite | RunnerTestFile): readonly (RunnerTestSuite | RunnerTestFile)[] => [
  suite,
  ...suite.tasks.flatMap((task) => (task.type === 'suite' ? suitesOf(task) : [])),
];

/** @returns the first test that fails, or the hook that did. */
async function objector(file: RunnerTestFile, attempts: readonly Attempt[]): Promise<string | undefined> {
  const ready = await holds(async () => {
    for (const suite of suitesOf(file)) await prepare(suite);
  });
  if (!ready) return `${basename(file.name, '.test.ts')}: before its tests`;
  for (const { name, run } of attempts) if (!(await run())) return name;
  return undefined;
}

export default class MutantRunner extends TestRunner {
  override async onAfterRunFiles(files: RunnerTestFile[]): Promise<void> {
    super.onAfterRunFiles(files);
    start();
    for (const file of files) await this.#show(file);
    const left = alive.map((mutant) => ({ mutant, objector: undefined }));
    const lines = [...verdicts, ...left].map(({ mutant: { id, property }, objector: who }) => ({ id, property, who }));
    writeFileSync(output, JSON.stringify(lines));
  }

  async #show(file: RunnerTestFile): Promise<void> {
    setChange();
    const attempts: Attempt[] = [];
    // A test that cannot be run a second time, outside of Vitest's own loop, says nothing.
    await objector(file, []);
    for (const attempt of await attemptsOf(file)) if (await attempt.run()) attempts.push(attempt);
    const left: Mutant[] = [];
    for (const mutant of alive) {
      await breath();
      setChange(mutant.apply);
      const who = await objector(file, attempts);
      if (who === undefined) left.push(mutant);
      else verdicts.push({ mutant, objector: who });
    }
    alive = left;
    setChange();
  }
}
