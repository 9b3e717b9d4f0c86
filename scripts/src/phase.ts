/** `npm run phase`: in which phase of the roll-out a running system is, by what it does. */
import { judge, PHASES, type Verdict } from '@secure-agent/operations';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { explained } from './lib/deployment/deployment-error.ts';
import { STATE } from './lib/paths.ts';
import { isBeforePolicies } from './lib/phase/configured.ts';
import { observe } from './lib/phase/observe.ts';
import { MACHINE_TOKEN, openAnySystem, PERSON_TOKEN } from './lib/phase/system.ts';
import { withRollout } from './lib/rollout/drift.ts';
import { openPolicyFolder, POLICIES_HELP, type PolicyFolder } from './lib/rollout/policy-folder.ts';
import { colour, print, table } from './lib/terminal.ts';

function checkExpected(expected: string | undefined): void {
  if (expected === undefined || PHASES.some((phase) => phase === expected)) return;
  throw new UsageError(`--expect must be one of: ${PHASES.join(', ')}.`);
}

async function look(stage: string | undefined, folder: PolicyFolder): Promise<Verdict> {
  const system = await openAnySystem(STATE, stage);
  try {
    const seen = await observe(system);
    const verdict = judge(seen);
    // The roll-out file speaks of policies, and a phase before them has none.
    return isBeforePolicies(system.outputs.stage)
      ? verdict
      : await withRollout(verdict, { ...system, mode: seen.policyMode }, folder);
  } finally {
    system.close();
  }
}

function show({ phase, ok, checks, next }: Verdict): void {
  const rows = checks.map(({ ok: good, what, expected, seen }) => [good ? '✓' : '✗', what, expected, seen]);
  print(table(['', 'check', 'in this phase', 'seen'], rows));
  print(`\n${colour(ok ? 'green' : 'red', `phase: ${phase}`)} (${PHASES.join(' → ')})\nnext: ${next}`);
}

await runCommand({
  help: `npm run phase -- [--stage STAGE] [--expect PHASE] [--policies FOLDER] [--json]

Says in which phase of the roll-out a running system is (${PHASES.join(' → ')}), by calls that change nothing: nobody
signed in, a person's and a machine's token, an AWS signature of yours, the gateway's policy mode, and a call that the
policies deny. After a promotion each policy of the engine is compared with its record: text, state, enforcement mode.
Ends with 1 where a check comes out otherwise than its phase has it, where rollout.json has another mode than the gateway
of a stage whose phase is "policy", and where a policy is not as it was promoted.

  --stage STAGE    a stage that npm run deploy wrote outputs for (default: the system that npm start runs). Asks the
                   runtime as a person only with an access token in ${PERSON_TOKEN}
                   Behind another identity provider that holds for both kinds of system, and for machines with
                   ${MACHINE_TOKEN}; without any token no phase can be told
  --expect PHASE   also ends with 1 when the system is in another phase
${POLICIES_HELP}
  --json           print phase, checks and next step as one line of JSON`,
  options: {
    stage: { type: 'string' },
    expect: { type: 'string' },
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, expect, policies, json }) {
    checkExpected(expect);
    const folder = openPolicyFolder(policies);
    const verdict =
      stage === undefined
        ? await look(stage, folder)
        : await explained('Asking AWS', () => look(stage, folder));
    if (json) print(JSON.stringify(verdict));
    else show(verdict);
    return verdict.ok && (expect === undefined || verdict.phase === expect) ? EXIT.done : EXIT.failed;
  },
});
