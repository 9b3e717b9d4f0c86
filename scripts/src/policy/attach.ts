/** `npm run policy -- attach`: brings the policy folder to a running gateway. */
import { loadConfiguration } from '@secure-agent/infra';
import { type Attached, attachPolicies } from '@secure-agent/operations';
import { EXIT, execute } from '../lib/command.ts';
import { explained } from '../lib/deployment/deployment-error.ts';
import { withControl } from '../lib/rollout/open-control.ts';
import { openPolicyFolder, POLICIES_HELP, type PolicyFolder } from '../lib/rollout/policy-folder.ts';
import { colour, note, print, table, visible, visibleLines } from '../lib/terminal.ts';

/** As the stack names it: letters, digits and underscores (infra/src/stage.ts). */
const engineNameOf = (stage: string): string =>
  `${loadConfiguration().application}-${stage}`.replaceAll('-', '_');

const attach = (stage: string | undefined, { files }: PolicyFolder, prune: boolean): Promise<Attached> =>
  withControl(stage, ({ outputs, control }) =>
    attachPolicies(control, {
      gatewayId: outputs.gatewayId,
      engineId: outputs.policyEngineId,
      engineName: engineNameOf(outputs.stage),
      ...{ files, prune },
      say: (line) => note(visibleLines(line)),
    }),
  );

const ORIGINS: Readonly<Record<Attached['origin'], string>> = {
  attached: 'the gateway had it',
  outputs: "the stack's",
  name: 'found by name',
  created: 'made now',
};

function showFailed({ failed }: Attached): void {
  for (const { name, status, findings } of failed) {
    print(`${colour('red', `${name} is ${status}`)}`);
    for (const finding of findings) print(`  ${visible(finding)}`);
  }
  print('Nothing was attached or deleted. Mend these, then run the command again: it goes on from here.');
}

function showMode({ mode, engineId }: Attached): void {
  print(
    mode === 'ENFORCE'
      ? `${engineId} is in ENFORCE and was left there.`
      : `${engineId} is in LOG_ONLY: it logs what it would deny. Then: npm run promote.`,
  );
}

function show(attached: Attached, prune: boolean): void {
  const { engineId, origin, created, updated, unchanged, deleted, gone, failed } = attached;
  const list = (names: readonly string[]): string => names.join(', ') || '-';
  print(
    table(
      ['what', 'which'],
      [
        ['engine', `${engineId} (${ORIGINS[origin]})`],
        ['created', list(created)],
        ['updated', list(updated)],
        ['unchanged', String(unchanged.length)],
        [prune ? 'deleted' : 'not in the folder', list(prune ? deleted : gone)],
      ],
    ),
  );
  if (!prune && gone.length > 0) print('What is not in the folder still decides. --prune deletes it.');
  if (failed.length > 0) showFailed(attached);
  else showMode(attached);
}

const COMMAND = {
  help: `npm run policy -- attach [--stage STAGE] [--prune] [--policies FOLDER] [--json]

Brings the statements of the policy folder to the engine of a running gateway: the one that it has or the stack made,
never a second. Forbids go before permits, each is waited for, and findings are printed. A gateway without an engine gets
it in LOG_ONLY. May be run again at any time: it does what is missing. A gateway in ENFORCE is left there, and its policies
are not changed: that takes npm run rollback first. Ends with 1 where a policy did not become ACTIVE.

  --stage STAGE      a stage that npm run deploy wrote outputs for (default: the system that npm start runs)
  --prune            delete policies that the folder does not have; without it they are listed
${POLICIES_HELP}
  --json             print the result as one line of JSON`,
  options: {
    stage: { type: 'string' },
    prune: { type: 'boolean', default: false },
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
} as const;

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> =>
  execute(
    {
      ...COMMAND,
      async run({ stage, prune, policies, json }) {
        const folder = openPolicyFolder(policies);
        const work = () => attach(stage, folder, prune);
        const attached = stage === undefined ? await work() : await explained('Asking AWS', work);
        if (json) print(JSON.stringify(attached));
        else show(attached, prune);
        return attached.failed.length === 0 ? EXIT.done : EXIT.failed;
      },
    },
    args,
  );
