/** `npm test`: check, and the story end to end. */
import { runCommand } from './lib/command.ts';
import { POLICY_CHECK, runSteps, STATIC_STEPS, tests } from './lib/steps.ts';

await runCommand({
  help: `npm test

Format, lint, types, policies, and every test: unit, architecture, end to end.`,
  options: {},
  run: async () => runSteps([...STATIC_STEPS, POLICY_CHECK, tests('tests')]),
});
