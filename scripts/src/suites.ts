/** `npm run suites`: what others wrote, against a local system. */
import { runCommand } from './lib/command.ts';
import { runSteps, tests } from './lib/steps.ts';

await runCommand({
  help: `npm run suites

The official MCP conformance suite and the MCP Inspector's command line against a local system. Installs both by their
own lock first, when they are not there yet.`,
  options: {},
  run: async () => runSteps([tests('suites of others', '--config', 'vitest.suites.config.ts')]),
});
