/** `npm run destroy`: what goes and what stays, the stack's name typed, and a look at what is left. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, runCommand } from './lib/command.ts';
import { assemblyFor, checkStage } from './lib/deployment/assembly.ts';
import { awsPorts } from './lib/deployment/aws.ts';
import { type Destroyed, destroy } from './lib/deployment/destroy.ts';
import { STATE, stageOutputsFile } from './lib/paths.ts';
import { print, table } from './lib/terminal.ts';

function show({ stackName, status, removed, retained }: Destroyed): void {
  if (status === 'absent' && removed === 0) {
    print(`There is no stack ${stackName} in this account and region.`);
    return;
  }
  print(`${stackName}: ${status}, ${removed} resources removed, ${retained.length} kept`);
  if (retained.length === 0) return;
  const rows = retained.map(({ type, logicalId, physicalId }) => [type, logicalId, physicalId]);
  print(table(['still in the account', 'was', 'id'], rows));
}

await runCommand({
  help: `npm run destroy -- [--stage STAGE] [--confirm NAME] [--json]

Shows what of a stage's stack goes and what stays (DeletionPolicy Retain), asks for the stack's name, deletes the stack,
and says what CloudFormation says afterwards. A production stage keeps its data and refuses to be deleted.

  --stage STAGE    a stage of policies/rollout.json (default: dev)
  --confirm NAME   the stack's name, for scripts
  --json           print the result as one line of JSON; progress stays on stderr`,
  options: {
    stage: { type: 'string', default: 'dev' },
    confirm: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, confirm, json }) {
    checkStage(stage);
    const ports = awsPorts();
    try {
      const synthesize = (place: Parameters<typeof assemblyFor>[1]) => assemblyFor(stage, place);
      const destroyed = await destroy(ports, { synthesize, confirmed: confirm });
      // Addresses of nothing.
      rmSync(join(STATE, stageOutputsFile(stage)), { force: true });
      if (json) print(JSON.stringify(destroyed));
      else show(destroyed);
      return EXIT.done;
    } finally {
      ports.close();
    }
  },
});
