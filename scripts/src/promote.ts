/** `npm run promote`: ENFORCE, where the decision log is evidence enough. */
import type { Promotion } from '@secure-agent/contracts';
import { loadConfiguration } from '@secure-agent/infra';
import { type Override, type PromotionResult, promote } from '@secure-agent/operations';
import { EXIT, runCommand } from './lib/command.ts';
import { explained } from './lib/deployment/deployment-error.ts';
import { openPromotion } from './lib/rollout/open-promotion.ts';
import { readOverrides } from './lib/rollout/overrides.ts';
import { openPolicyFolder, POLICIES_HELP, type PolicyFolder } from './lib/rollout/policy-folder.ts';
import { readExpectations } from './lib/rollout/read-expectations.ts';
import { colour, print, table, visible } from './lib/terminal.ts';

/** Milliseconds after the change of a policy or a target that count for nothing: on AWS a change takes "a few seconds". */
const AWS_SETTLE = 30_000;

type Asked = {
  readonly stage: string | undefined;
  readonly folder: PolicyFolder;
  readonly callers: string | undefined;
  readonly overrides: readonly Override[];
};

async function run({ overrides, ...asked }: Asked): Promise<PromotionResult> {
  const { folder } = asked;
  const configuration = loadConfiguration();
  const expectations = readExpectations(configuration, folder);
  const { ports, outputs, by, close } = await openPromotion({ ...asked, configuration });
  try {
    return await promote(ports, {
      gatewayId: outputs.gatewayId,
      files: folder.files,
      ...{ expectations, overrides, by },
      settleMs: outputs.endpoint === undefined ? AWS_SETTLE : 0,
    });
  } finally {
    close();
  }
}

function evidenceTable({ decisions }: Promotion['evidence']): string {
  const rows = Object.entries(decisions).flatMap(([tool, roles]) =>
    Object.entries(roles).map(([role, { allow, deny }]) => [tool, role, String(allow), String(deny)]),
  );
  return table(['tool', 'role', 'allowed', 'denied'], rows);
}

function show(result: PromotionResult): void {
  if (result.promoted) {
    const { evidence, gateway } = result.promotion;
    print(evidenceTable(evidence));
    for (const { tool, role, reason } of evidence.overrides) print(`override: ${role} at ${tool}: ${reason}`);
    print(
      `\n${colour('green', `${gateway.id} enforces`)}: ${evidence.total} decisions, as the cases have them.`,
    );
    return;
  }
  const { judged, refusals } = result;
  if (judged.evidence.total > 0) print(`${evidenceTable(judged.evidence)}\n`);
  for (const { code, message } of refusals) print(`${colour('red', code)}  ${visible(message)}`);
  const left = Object.entries(judged.rejected).filter(([, count]) => count > 0);
  for (const [why, count] of left) print(`${count} entries are no evidence (${why}).`);
  print(`\n${colour('red', 'not promoted')}: nothing was changed.`);
}

await runCommand({
  help: `npm run promote -- [--stage STAGE] [--override "TOOL:ROLE" --reason TEXT] [--callers FILE] [--policies FOLDER] [--json]

Sets a gateway's policy engine to ENFORCE, where the decisions that it logged since the newest change of a policy, a
target or a rollback, agree with the decision cases: at least one for each role at each tool, and none otherwise than the cases have it. Then it
looks again, waits until a call that the policies deny is refused, and records policies and evidence in rollout.json.
Anything that changed in between sets it back. Ends with 1 where it did not promote.

  --stage STAGE      a stage that npm run deploy wrote outputs for (default: the system that npm start runs)
  --override CELL    a tool and a role that need no decision, as "Target___tool:role"; may be given more than once
  --reason TEXT      why: recorded with each override
  --callers FILE     behind another identity provider: who its subjects are, as JSON of subject to group or machine:<role>
${POLICIES_HELP}
  --json             print the result as one line of JSON`,
  options: {
    stage: { type: 'string' },
    override: { type: 'string', multiple: true, default: [] },
    reason: { type: 'string' },
    callers: { type: 'string' },
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  async run({ stage, override, reason, callers, policies, json }) {
    const overrides = readOverrides(override, reason);
    const folder = openPolicyFolder(policies);
    const work = () => run({ stage, folder, callers, overrides });
    const result = stage === undefined ? await work() : await explained('Asking AWS', work);
    if (json) print(JSON.stringify(result));
    else show(result);
    return result.promoted ? EXIT.done : EXIT.failed;
  },
});
