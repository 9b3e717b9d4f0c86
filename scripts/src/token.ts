/** `npm run token`: the only command that prints a token, and it prints nothing else to stdout. */
import { CALLER_OPTIONS, tokenFor } from './lib/caller.ts';
import { EXIT, runCommand } from './lib/command.ts';
import { STATE } from './lib/paths.ts';
import { print } from './lib/terminal.ts';

await runCommand({
  help: `npm run -s token -- --user NAME | --machine ROLE

Signs in and prints the access token to stdout, for use with curl or an MCP client.
A token opens everything its owner may do until it expires: do not paste it anywhere.

  --user NAME      a person of secure-agent.config.json, for example maria
  --machine ROLE   a machine client, for example manager`,
  options: CALLER_OPTIONS,
  async run(values) {
    print((await tokenFor(STATE, values)).token);
    return EXIT.done;
  },
});
