/** `npm run rollback`: back to LOG_ONLY in one call. */
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { explained } from './lib/deployment/deployment-error.ts';
import { withControl } from './lib/rollout/open-control.ts';
import { lockFile, POLICIES_HELP, rolloutFileOf } from './lib/rollout/policy-folder.ts';
import { type RollbackDone, rollBackSystem } from './lib/rollout/roll-back.ts';
import { colour, note, print, visibleLines } from './lib/terminal.ts';

const MIN_REASON = 10;

function checkReason(reason: string | undefined): void {
  if (reason === undefined || reason.trim().length >= MIN_REASON) return;
  throw new UsageError(`--reason must be a sentence of at least ${MIN_REASON} characters.`);
}

function rollBack(stage: string | undefined, rolloutFile: string, reason: string | undefined) {
  return withControl(stage, (system) =>
    rollBackSystem(system, { lockFile: lockFile(system.outputs.stage), rolloutFile }, reason),
  );
}

function show({ gatewayId, notes }: RollbackDone): void {
  print(`${colour('yellow', `${gatewayId} logs only`)}: every call of an admitted caller reaches its tool.`);
  for (const line of notes) note(visibleLines(line));
}

await runCommand({
  help: `npm run rollback -- [--stage STAGE] [--reason TEXT] [--policies FOLDER] [--json]

Sets a gateway's policy engine to LOG_ONLY, now, and records it in rollout.json. Needs no evidence, takes over from a
promotion that is under way, and changes nothing else of the gateway. The gateway comes first: neither who you are nor a
lock keeps it back. Ends with 1 where it was done and could not be recorded, and says so.

  --stage STAGE      a stage that npm run deploy wrote outputs for (default: the system that npm start runs)
  --reason TEXT      why: recorded, and stands beside the mode of a production stage
${POLICIES_HELP}
  --json             print the record, whether it was written, and notes as one line of JSON`,
  options: {
    stage: { type: 'string' },
    reason: { type: 'string' },
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, reason, policies, json }) {
    checkReason(reason);
    const work = () => rollBack(stage, rolloutFileOf(policies), reason);
    const done = stage === undefined ? await work() : await explained('Asking AWS', work);
    const { gatewayId, entry, recorded, notes } = done;
    if (json) print(JSON.stringify({ gatewayId, recorded, notes, ...entry }));
    else show(done);
    return recorded ? EXIT.done : EXIT.failed;
  },
});
