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

What npm test has no time for: attacks on tokens and framing cell by cell at three doors, removal of each control and each
IAM statement, the mutants of the policies over the whole domain, each property of the template weakened in turn, the life
cycle of the processes, the phases, a promotion, the workshop, the deployment commands, a short load. Some ten minutes.`,
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
