/** `npm run rollback`: back to LOG_ONLY in one call. */
import { rollback, SYSTEM_CLOCK, takeLock, writeStage } from '@secure-agent/operations';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { explained } from './lib/deployment/deployment-error.ts';
import { withControl } from './lib/rollout/open-control.ts';
import { lockFile, POLICIES_HELP, rolloutFileOf } from './lib/rollout/policy-folder.ts';
import { whoAmI } from './lib/rollout/who.ts';
import { colour, print } from './lib/terminal.ts';

const MIN_REASON = 10;

function checkReason(reason: string | undefined): void {
  if (reason === undefined || reason.trim().length >= MIN_REASON) return;
  throw new UsageError(`--reason must be a sentence of at least ${MIN_REASON} characters.`);
}

function rollBack(stage: string | undefined, rolloutFile: string, reason: string | undefined) {
  return withControl(stage, async ({ outputs, control }) => {
    const by = await whoAmI(outputs);
    const clock = SYSTEM_CLOCK;
    const lock = takeLock({ file: lockFile(outputs.stage), command: 'rollback', by, clock });
    try {
      const record = (entry: Parameters<typeof writeStage>[2]): void =>
        writeStage(rolloutFile, outputs.stage, entry);
      const { gatewayId } = outputs;
      return { gatewayId, entry: await rollback({ control, record, clock }, { gatewayId, by, reason }) };
    } finally {
      lock.release();
    }
  });
}

await runCommand({
  help: `npm run rollback -- [--stage STAGE] [--reason TEXT] [--policies FOLDER] [--json]

Sets a gateway's policy engine to LOG_ONLY, now, and records it in rollout.json. Needs no evidence, takes over from a
promotion that is under way, and changes nothing else of the gateway.

  --stage STAGE      a stage that npm run deploy wrote outputs for (default: the system that npm start runs)
  --reason TEXT      why: recorded, and stands beside the mode of a production stage
${POLICIES_HELP}
  --json             print what was recorded as one line of JSON`,
  options: {
    stage: { type: 'string' },
    reason: { type: 'string' },
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, reason, policies, json }) {
    checkReason(reason);
    const work = () => rollBack(stage, rolloutFileOf(policies), reason);
    const { gatewayId, entry } = stage === undefined ? await work() : await explained('Asking AWS', work);
    if (json) print(JSON.stringify({ gatewayId, ...entry }));
    else
      print(
        `${colour('yellow', `${gatewayId} logs only`)}: every call of an admitted caller reaches its tool.`,
      );
    return EXIT.done;
  },
});
