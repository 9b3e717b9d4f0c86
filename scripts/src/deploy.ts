/** `npm run deploy`: plan, agreement, deployment, and the waits until the system answers. */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadConfiguration } from '@secure-agent/infra';
import { EXIT, runCommand } from './lib/command.ts';
import { assemblyFor, checkStage } from './lib/deployment/assembly.ts';
import { awsPorts } from './lib/deployment/aws.ts';
import { type Deployed, deploy } from './lib/deployment/deploy.ts';
import { STATE, stageOutputsFile } from './lib/paths.ts';
import { writePrivately } from './lib/secrets-file.ts';
import { note, print, table } from './lib/terminal.ts';

/** @returns the file, from where the command runs; undefined where there are no outputs to tell. */
function write({ outputs }: Deployed): string | undefined {
  if (outputs === undefined) return undefined;
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  const file = join(STATE, stageOutputsFile(outputs.stage));
  writePrivately(file, `${JSON.stringify(outputs, null, 2)}\n`);
  return relative(process.cwd(), file);
}

function show({ stackName, place, outputs }: Deployed, file: string | undefined): void {
  if (outputs === undefined || file === undefined) {
    note('The callers are of another provider: no outputs file is written. The stack has the addresses.');
    print(`${stackName} in ${place.account}, ${place.region}`);
    return;
  }
  const rows = [
    ['stack', `${stackName} in ${place.account}, ${place.region}`],
    ['agent runtime', outputs.runtimeInvocationUrl],
    ['gateway (MCP)', outputs.gatewayUrl],
    ['issuer', outputs.issuer],
    ['outputs', file],
  ];
  print(table(['what', 'where'], rows));
}

await runCommand({
  help: `npm run deploy -- [--stage STAGE] [--yes] [--json]

Synthesizes a stage for the AWS account and region that you are signed in to, shows what would change with permissions
apart, asks, and runs the CDK command line. Then it waits until the issuer's discovery document is there and until the
new resources may be read, and writes .secure-agent/STAGE.outputs.json.

  --stage STAGE    a stage of policies/rollout.json (default: dev)
  --yes            agree to the plan without being asked, for scripts
  --json           print plan and outputs as one line of JSON; progress stays on stderr`,
  options: {
    stage: { type: 'string', default: 'dev' },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, yes, json }) {
    checkStage(stage);
    const ports = awsPorts();
    try {
      const configuration = loadConfiguration();
      const deployed = await deploy(ports, {
        ...{ stage, agreed: yes, configuration },
        synthesize: (place) => assemblyFor(stage, place),
      });
      const file = write(deployed);
      if (json) print(JSON.stringify({ ...deployed, file }));
      else show(deployed, file);
      return EXIT.done;
    } finally {
      ports.close();
    }
  },
});
