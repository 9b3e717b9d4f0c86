/** `npm run long`: the tests that `npm test` has no time for. */
import { runCommand } from './lib/command.ts';
import { runSteps, tests } from './lib/steps.ts';

await runCommand({
  help: `npm run long

Attacks on tokens and framing cell by cell at three doors, removal of each IAM statement, the life cycle of the
processes, the phases, the deployment commands, a short load: what npm test has no time for. A few minutes.`,
  options: {},
  async run() {
    process.env['LONG_TESTS'] = 'only';
    return runSteps([tests('long tests', '--project', 'processes', '--project', 'system')]);
  },
});
