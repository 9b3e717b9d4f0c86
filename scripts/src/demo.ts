/** `npm run demo`: a system of its own on free ports, the story through the real front doors, one table. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAssembly } from '@secure-agent/agentcore-local';
import type { Configuration } from '@secure-agent/contracts';
import { LOCAL_STAGE, loadConfiguration, POLICY_FOLDER, synthesize } from '@secure-agent/infra';
import { readRolloutFile } from '@secure-agent/operations';
import { createWorld, differences, passed, type RowResult, runStory, STORY } from './demo/index.ts';
import { EXIT, runCommand, UsageError } from './lib/command.ts';
import { startLocalSystem } from './lib/local-system.ts';
import { isBeforePolicies } from './lib/phase/configured.ts';
import { colour, note, print, table } from './lib/terminal.ts';

const COLUMNS = ['', 'who', 'asked', 'runtime', 'gateway', 'policy', 'tool', 'outcome', 'ms'] as const;

function report(rows: readonly RowResult[]): string {
  const cells = rows.map((row) => [
    passed(row) ? '✓' : '✗',
    ...[row.who, row.asked, row.runtime, row.gateway, row.policy, row.tool, row.outcome, String(row.ms)],
  ]);
  const failed = rows.filter((row) => !passed(row));
  const differing = failed.flatMap((row) => differences(row).map((text) => `${row.id}: ${text}`));
  const all = failed.length === 0;
  const summary = `${rows.length - failed.length} passed, ${failed.length} failed`;
  return [table(COLUMNS, cells), ...differing, '', colour(all ? 'green' : 'red', summary)].join('\n');
}

/** The demo shows what the model got, so it turns the agent's trace on; the deployed default is off. */
const traced = (configuration: Configuration): Configuration => ({
  ...configuration,
  model: { ...configuration.model, traceInput: true },
});

/** The story is of people of a pool of the stack, under policies that bind. @throws UsageError where they are not. */
function requireStory({ identityProvider }: Configuration): void {
  if (identityProvider !== undefined) {
    throw new UsageError(
      'The people of the demo sign in at a user pool of the stack: take identityProvider out of secure-agent.config.json.',
    );
  }
  if (isBeforePolicies(LOCAL_STAGE)) {
    throw new UsageError(
      `The demo is about policies: take "${LOCAL_STAGE}" out of phases in secure-agent.config.json.`,
    );
  }
  const { stages } = readRolloutFile(join(POLICY_FOLDER, 'rollout.json'));
  if (stages[LOCAL_STAGE]?.mode === 'ENFORCE') return;
  throw new UsageError(
    `The demo is about policies that bind, and policies/rollout.json has LOG_ONLY for stage "${LOCAL_STAGE}": run npm run promote, or put the file back.`,
  );
}

async function tell(folder: string): Promise<readonly RowResult[]> {
  const configuration = traced(loadConfiguration());
  requireStory(configuration);
  note('secure-agent: synthesizing the stack …');
  const options = { outdir: join(folder, 'cdk.out'), stage: LOCAL_STAGE, checks: false, configuration };
  const { assemblyFolder, stackName } = await synthesize(options);
  note('secure-agent: starting a system of its own …');
  const state = join(folder, 'state');
  const assembly = readAssembly(assemblyFolder, stackName);
  const system = await startLocalSystem({ assembly, configuration, folder: state, port: 0, mailboxPort: 0 });
  try {
    const done = ({ id }: RowResult): void => note(`  ${id}`);
    return await runStory(createWorld(system, configuration, state), STORY, done);
  } finally {
    await system.stop();
  }
}

await runCommand({
  help: `npm run demo -- [--json]

Starts its own system on free ports in a temporary folder and tells the story: who asks for what, what the runtime,
the gateway, the policy and the tool said, and what came of it. Ends with 1 if any outcome differs from the expected.

  --json   print {"rows":[…],"passed":n,"failed":n} to stdout`,
  options: { json: { type: 'boolean' } },
  async run({ json }) {
    const folder = mkdtempSync(join(tmpdir(), 'secure-agent-demo-'));
    try {
      const rows = await tell(folder);
      const failed = rows.filter((row) => !passed(row)).length;
      print(
        json === true
          ? JSON.stringify({
              rows: rows.map(({ layers: _layers, ...row }) => row),
              passed: rows.length - failed,
              failed,
            })
          : report(rows),
      );
      return failed === 0 ? EXIT.done : EXIT.failed;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});
