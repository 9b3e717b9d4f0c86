/** `npm run phase`: in which phase of the roll-out a running system is, by what it does. */
import { judge, PHASES, type Verdict } from '@secure-agent/operations';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { explained } from './lib/deployment/deployment-error.ts';
import { STATE } from './lib/paths.ts';
import { observe } from './lib/phase/observe.ts';
import { openSystem, PERSON_TOKEN } from './lib/phase/system.ts';
import { colour, print, table } from './lib/terminal.ts';

function checkExpected(expected: string | undefined): void {
  if (expected === undefined || PHASES.some((phase) => phase === expected)) return;
  throw new UsageError(`--expect must be one of: ${PHASES.join(', ')}.`);
}

async function look(stage: string | undefined): Promise<Verdict> {
  const system = await openSystem(STATE, stage);
  try {
    return judge(await observe(system));
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
  help: `npm run phase -- [--stage STAGE] [--expect PHASE] [--json]

Says in which phase of the roll-out a running system is (${PHASES.join(' → ')}), by calls that change nothing: nobody
signed in, a person's and a machine's token, the gateway's policy mode, and a call that the policies deny. Ends with 1
where a check comes out otherwise than its phase has it.

  --stage STAGE    a stage that npm run deploy wrote outputs for (default: the system that npm start runs). Asks the
                   runtime as a person only with an access token in ${PERSON_TOKEN}
  --expect PHASE   also ends with 1 when the system is in another phase
  --json           print phase, checks and next step as one line of JSON`,
  options: {
    stage: { type: 'string' },
    expect: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, expect, json }) {
    checkExpected(expect);
    const verdict =
      stage === undefined ? await look(stage) : await explained('Asking AWS', () => look(stage));
    if (json) print(JSON.stringify(verdict));
    else show(verdict);
    return verdict.ok && (expect === undefined || verdict.phase === expect) ? EXIT.done : EXIT.failed;
  },
});
