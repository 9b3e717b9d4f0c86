/** `npm run policy -- play`: the calls of the decision cases, made at the local gateway. */
import { loadConfiguration } from '@secure-agent/infra';
import { EXIT, execute } from '../lib/command.ts';
import { STATE } from '../lib/paths.ts';
import { type PlayedCell, playCases } from '../lib/rollout/play-cases.ts';
import { openPolicyFolder, POLICIES_HELP } from '../lib/rollout/policy-folder.ts';
import { readOwnCases } from '../lib/rollout/read-expectations.ts';
import { print, table } from '../lib/terminal.ts';

function show(cells: readonly PlayedCell[]): void {
  const rows = cells.map(({ tool, role, calls, denied }) => [tool, role, String(calls), String(denied)]);
  print(table(['tool', 'role', 'calls', 'denied'], rows));
  const total = cells.reduce((sum, { calls }) => sum + calls, 0);
  print(
    `\n${total} calls. What the policies said of each is in the decision log; npm run promote judges it.`,
  );
}

const COMMAND = {
  help: `npm run policy -- play [--policies FOLDER] [--json]

Makes the calls of the decision cases at the gateway that npm start runs, each as the person or machine that the case
names, so that the decision log holds what a promotion asks for. Cases that change a claim are left out: nobody has such a
token. In LOG_ONLY the calls reach the tools, which file requests and send mail to the local mailbox. For the local system
only: a deployed one is used by its people. Judges nothing; ends with 1 where a call was not answered.

${POLICIES_HELP}
  --json             print the calls by tool and role as one line of JSON`,
  options: {
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ policies, json }: { readonly policies?: string | undefined; readonly json: boolean }) {
    const cases = readOwnCases(loadConfiguration(), openPolicyFolder(policies));
    const cells = await playCases(STATE, cases);
    if (json) print(JSON.stringify({ cells }));
    else show(cells);
    return EXIT.done;
  },
} as const;

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> => execute(COMMAND, args);
