/** `npm run deploy`: plan, agreement, deployment, and the waits until the system answers. */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { type AnyOutputs, type Configuration, hasOwnPool } from '@secure-agent/contracts';
import { loadConfiguration } from '@secure-agent/infra';
import { EXIT, runCommand } from './lib/command.ts';
import { assemblyFor, checkStage } from './lib/deployment/assembly.ts';
import { awsPorts } from './lib/deployment/aws.ts';
import { type Deployed, deploy } from './lib/deployment/deploy.ts';
import { explained } from './lib/deployment/deployment-error.ts';
import { checkPeople, seedDeployedPeople } from './lib/deployment/people.ts';
import { STATE, stageOutputsFile } from './lib/paths.ts';
import { writePrivately } from './lib/secrets-file.ts';
import { note, print, table } from './lib/terminal.ts';

/** @returns the file, from where the command runs. */
function write({ outputs }: Deployed): string {
  mkdirSync(STATE, { recursive: true, mode: 0o700 });
  const file = join(STATE, stageOutputsFile(outputs.stage));
  writePrivately(file, `${JSON.stringify(outputs, null, 2)}\n`);
  return relative(process.cwd(), file);
}

type Written = { readonly file: string; readonly passwords: string | undefined };

function show({ stackName, place, outputs }: Deployed, { file, passwords }: Written): void {
  const rows = [
    ['stack', `${stackName} in ${place.account}, ${place.region}`],
    ['agent runtime', outputs.runtimeInvocationUrl],
    ['gateway (MCP)', outputs.gatewayUrl],
    [
      'issuer',
      hasOwnPool(outputs) ? outputs.issuer : `${outputs.issuer} (another provider: it gives tokens)`,
    ],
    ['outputs', file],
    ...(passwords === undefined ? [] : [['passwords of people', passwords]]),
  ];
  print(table(['what', 'where'], rows));
}

async function people(outputs: AnyOutputs, configuration: Configuration): Promise<string> {
  const client = new CognitoIdentityProviderClient({ region: outputs.region });
  note('secure-agent: putting people into the user pool …');
  try {
    const seed = () => seedDeployedPeople(client, outputs, configuration, STATE);
    return relative(process.cwd(), await explained('Putting people into the user pool', seed));
  } finally {
    client.destroy();
  }
}

await runCommand({
  help: `npm run deploy -- [--stage STAGE] [--yes] [--people] [--json]

Synthesizes a stage for the AWS account and region that you are signed in to, shows what would change with permissions
apart, asks, and runs the CDK command line. Then it waits until the issuer's discovery document is there and until the
new resources may be read, and writes .secure-agent/STAGE.outputs.json.

  --stage STAGE    a stage of policies/rollout.json (default: dev)
  --yes            agree to the plan without being asked, for scripts
  --people         then put the configuration's people into the stage's user pool, with random passwords that are
                   written to .secure-agent/STAGE.people.json, for you alone, and printed nowhere. Run it again and they
                   keep them
  --production-people
                   beside --people, for a stage that keeps its data: refused without it
  --json           print plan and outputs as one line of JSON; progress stays on stderr`,
  options: {
    stage: { type: 'string', default: 'dev' },
    yes: { type: 'boolean', default: false },
    people: { type: 'boolean', default: false },
    'production-people': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, yes, json, people: wanted, 'production-people': production }) {
    checkStage(stage);
    checkPeople(stage, wanted, production);
    const ports = awsPorts();
    try {
      const configuration = loadConfiguration();
      const deployed = await deploy(ports, {
        ...{ stage, agreed: yes, configuration },
        synthesize: (place) => assemblyFor(stage, place),
      });
      const file = write(deployed);
      const passwords = wanted ? await people(deployed.outputs, configuration) : undefined;
      if (json) print(JSON.stringify({ ...deployed, file, passwords }));
      else show(deployed, { file, passwords });
      return EXIT.done;
    } finally {
      ports.close();
    }
  },
});
