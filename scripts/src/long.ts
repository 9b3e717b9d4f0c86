/** `npm run long`: the tests that `npm test` has no time for. */
import { join } from 'node:path';
import { runCommand } from './lib/command.ts';
import { ROOT } from './lib/paths.ts';
import { POLICY_TEST, runSteps, type Step, tests } from './lib/steps.ts';

/** Every property of the template weakened, one at a time: something must object. */
const TEMPLATE_MUTANTS: Step = {
  name: 'template mutants',
  script: join(ROOT, 'test', 'attacks', 'mutation', 'run-template.ts'),
  args: [],
};

await runCommand({
  help: `npm run long

Attacks on tokens and framing cell by cell at three doors, removal of each control and each IAM statement, the life cycle
of the processes, the mutants of the policies over the whole domain, the phases, the deployment commands, a promotion, a short load, and each property of the template weakened in
turn: what npm test has no time for. Some ten minutes.`,
  options: {},
  async run() {
    process.env['LONG_TESTS'] = 'only';
    return runSteps([
      POLICY_TEST,
      TEMPLATE_MUTANTS,
      tests('long tests', '--project', 'processes', '--project', 'system'),
    ]);
  },
});
