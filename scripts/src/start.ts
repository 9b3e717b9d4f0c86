/** `npm start`: synthesizes the stack and runs it on this machine until it is stopped. */
import { join, relative, resolve } from 'node:path';
import {
  type Assembly,
  type LocalBehaviour,
  readAssembly,
  readBehaviour,
} from '@secure-agent/agentcore-local';
import { type AnyOutputs, hasOwnPool, type SystemOutputs } from '@secure-agent/contracts';
import { LOCAL_STAGE, loadConfiguration, synthesize } from '@secure-agent/infra';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { type LocalStack, startBehindProvider, startLocalSystem } from './lib/local-system.ts';
import { STATE } from './lib/paths.ts';
import { colour, note, print, table } from './lib/terminal.ts';
import { untilStopped } from './lib/until-stopped.ts';

function portOf(text: string, option: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--${option} must be a port, 0 to 65535.`);
}

/** Who is there, and what to try. */
const callers = (outputs: AnyOutputs): string =>
  hasOwnPool(outputs)
    ? `${table(
        ['person', 'is', 'in group'],
        outputs.people.map(({ username, title, group }) => [username, title, group]),
      )}

Try, in another terminal:
  npm run invoke -- --user eve "How many days of leave do I have left?"
  npm run tools -- --user maria`
    : `Tokens are those of ${outputs.issuer}: get one there and send it to the addresses above.`;

const ready = (outputs: AnyOutputs): string => `
${colour('green', 'secure-agent is ready')}

${table(
  ['what', 'where'],
  [
    ['local AWS', outputs.endpoint ?? ''],
    ['agent runtime', outputs.runtimeInvocationUrl],
    ['gateway (MCP)', outputs.gatewayUrl],
    ['issuer', outputs.issuer],
    ['mailbox', outputs.mailboxUrl ?? ''],
    ['AWS credentials', relative(process.cwd(), join(STATE, 'aws-credentials'))],
    ['decision log', relative(process.cwd(), join(STATE, 'decisions.jsonl'))],
  ],
)}

${callers(outputs)}
Stop with Ctrl-C; what is in ${relative(process.cwd(), STATE) || STATE} is there again at the next start.`;

async function assemblyOf(folder: string | undefined): Promise<Assembly> {
  if (folder !== undefined) return readAssembly(resolve(folder));
  note('secure-agent: synthesizing the stack …');
  const options = { outdir: join(STATE, 'cdk.out'), stage: LOCAL_STAGE, checks: false };
  const { assemblyFolder, stackName } = await synthesize(options);
  return readAssembly(assemblyFolder, stackName);
}

type StartOptions = {
  readonly folder: string | undefined;
  readonly port: number;
  readonly mailboxPort: number;
  readonly behaviour: LocalBehaviour;
};

async function bringUp({ folder, ...options }: StartOptions): Promise<LocalStack<SystemOutputs>> {
  const assembly = await assemblyOf(folder);
  note('secure-agent: starting the local AWS …');
  const configuration = loadConfiguration();
  // Asked for by the configuration and given by the environment: never a key that merely lies around.
  const bedrockApiKey =
    configuration.model.provider === 'bedrock' ? process.env['AWS_BEARER_TOKEN_BEDROCK'] : undefined;
  const start = configuration.identityProvider === undefined ? startLocalSystem : startBehindProvider;
  return start({ assembly, configuration, folder: STATE, bedrockApiKey, ...options });
}

await runCommand({
  help: `npm start -- [options]

Synthesizes the stack for the stage "local" and runs it on this machine, until Ctrl-C.
Needs no AWS account and no Docker. Ids, users, rows, mail and policy mode are kept in .secure-agent/, or in the folder that the environment variable
SECURE_AGENT_STATE names.

  --assembly FOLDER  run a cloud assembly that is there already, instead of synthesizing one
  --port N           port of the local AWS (default 4566; 0 takes a free one)
  --mailbox-port N   port of the mailbox page (default 4567; 0 takes a free one)
  --set NAME=VALUE   choose where AWS is silent, such as gateway.denialForm=result; docs/differences.md lists the
                     choices. May be given more than once
  --json             print the outputs as one line of JSON instead of the tables`,
  options: {
    assembly: { type: 'string' },
    port: { type: 'string', default: '4566' },
    'mailbox-port': { type: 'string', default: '4567' },
    set: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean' },
  },
  async run(values) {
    const stopped = untilStopped();
    const system = await bringUp({
      folder: values.assembly,
      port: portOf(values.port, 'port'),
      mailboxPort: portOf(values['mailbox-port'], 'mailbox-port'),
      behaviour: readBehaviour(values.set),
    });
    print(values.json === true ? JSON.stringify(system.outputs) : ready(system.outputs));
    await stopped;
    note('secure-agent: stopping …');
    await system.stop();
    return EXIT.done;
  },
});
