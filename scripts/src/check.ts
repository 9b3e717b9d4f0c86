/** `npm run check`: everything but the story end to end. */
import { runCommand } from './lib/command.ts';
import { POLICY_CHECK, runSteps, STATIC_STEPS, tests } from './lib/steps.ts';

await runCommand({
  help: `npm run check

Format, lint, types, policies, unit tests and the architecture test.`,
  options: {},
  run: async () =>
    runSteps([
      ...STATIC_STEPS,
      POLICY_CHECK,
      tests(
        'unit and architecture tests',
        '--project',
        'unit',
        '--project',
        'processes',
        '--project',
        'listening',
      ),
    ]),
});
