/**
 * A Vitest runner that, after the tests of a file have passed, shows them every mutant that nobody objected to yet. Hooks
 * run again for each, because they read the template. Started by `test/attacks/mutation/run-template.ts`.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import {
  type RunnerTask,
  type RunnerTestCase,
  type RunnerTestFile,
  type RunnerTestSuite,
  TestRunner,
} from 'vitest';
import { ruleTemplate } from '../../src/rules/rule.ts';
import { setChange } from '../support/mutation.ts';
import { type Mutant, mutantsOf, variants } from './mutants.ts';
import { brokenRule, objectionsOf, type Verdict } from './objections.ts';

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
  const judge = templates.map((template) => ruleTemplate.parse(template));
  const judged = mutants.map((mutant) => ({ mutant, rule: brokenRule(mutant, judge) }));
  verdicts.push(
    ...judged.flatMap(({ mutant, rule }) => (rule ? [{ mutant, objector: `rule ${rule}` }] : [])),
  );
  alive = judged.filter(({ rule }) => rule === undefined).map(({ mutant }) => mutant);
}

async function holds(work: () => unknown): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

type Suite = RunnerTestSuite | RunnerTestFile;
type Test = RunnerTestCase;

const nameOf = (task: RunnerTask): string => {
  const names: string[] = [];
  for (let at: RunnerTask | undefined = task; at?.suite; at = at.suite) names.unshift(at.name);
  return [basename(task.file.name, '.test.ts'), names.join(', ')].join(': ');
};

const passes = (test: Test): Promise<boolean> => holds(TestRunner.getTestFn(test));

/** As Vitest does: a suite's hooks, then what is in it. */
const prepared = (suite: Suite): Promise<boolean> =>
  holds(async () => {
    for (const hook of TestRunner.getSuiteHooks(suite).beforeAll) await hook(suite);
  });

/** @returns the name of the first of these tests that fails, or of the suite that its hook stopped. */
async function objector(suite: Suite, tests: ReadonlySet<Test>): Promise<string | undefined> {
  if (!(await prepared(suite))) return nameOf(suite);
  for (const task of suite.tasks) {
    if (task.type === 'suite') {
      const inside = await objector(task, tests);
      if (inside !== undefined) return inside;
    } else if (tests.has(task) && !(await passes(task))) return nameOf(task);
  }
  return undefined;
}

/** Tests that pass when they are run like this: one that Vitest's own loop must run says nothing here. */
async function usable(suite: Suite): Promise<readonly Test[]> {
  await prepared(suite);
  const found: Test[] = [];
  for (const task of suite.tasks) {
    if (task.type === 'suite') found.push(...(await usable(task)));
    else if (await passes(task)) found.push(task);
  }
  return found;
}

export default class MutantRunner extends TestRunner {
  override async onAfterRunFiles(files: RunnerTestFile[]): Promise<void> {
    super.onAfterRunFiles(files);
    start();
    for (const file of files) await this.#show(file);
    const all = [...verdicts, ...alive.map((mutant) => ({ mutant, objector: undefined }))];
    const survivors = alive.map(({ id, property }) => ({ id, property }));
    writeFileSync(output, JSON.stringify({ survivors, objections: objectionsOf(all) }));
  }

  async #show(file: RunnerTestFile): Promise<void> {
    setChange();
    const tests = new Set(await usable(file));
    const left: Mutant[] = [];
    for (const mutant of alive) {
      await breath();
      setChange(mutant.apply);
      const who = await objector(file, tests);
      if (who === undefined) left.push(mutant);
      else verdicts.push({ mutant, objector: who });
    }
    alive = left;
    setChange();
  }
}
