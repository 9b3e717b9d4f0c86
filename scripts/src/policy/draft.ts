/** `npm run policy -- draft`: a policy drafted from a sentence, shown, and written only when asked for. */
import { randomBytes } from 'node:crypto';
import { draftPolicies, type PolicyDraft } from '@secure-agent/operations';
import { type Diff, diffOf, diffViewOf, type PolicySource } from '@secure-agent/policy/workbench';
import { EXIT, execute, UsageError } from '../lib/command.ts';
import { explained } from '../lib/deployment/deployment-error.ts';
import { diffText } from '../lib/policy/diff-text.ts';
import { loadInputs } from '../lib/policy/matrix-inputs.ts';
import { parsePolicySet } from '../lib/policy/revision.ts';
import { draftFiles, writeDraft } from '../lib/rollout/draft-file.ts';
import { withControl } from '../lib/rollout/open-control.ts';
import { openPolicyFolder, POLICIES_HELP, type PolicyFolder } from '../lib/rollout/policy-folder.ts';
import { colour, print, visible, visibleLines } from '../lib/terminal.ts';

type Result = {
  readonly drafts: readonly PolicyDraft[];
  /** The files that the draft would be. */
  readonly files: readonly PolicySource[];
};

/** An engine takes each name of a draft once: without a wish every run has one of its own. */
const newName = (): string => `draft_${randomBytes(6).toString('hex')}`;

const draft = (stage: string | undefined, text: string, write: string | undefined): Promise<Result> =>
  withControl(stage, async ({ outputs, control }) => {
    const { policyEngineId: engineId, gatewayArn } = outputs;
    const { drafts } = await draftPolicies(control, { engineId, gatewayArn, text, name: write ?? newName() });
    return { drafts, files: draftFiles(write ?? 'draft', drafts, gatewayArn) };
  });

type Compared = { readonly diff: Diff; readonly text: string };

/** Who would gain and who would lose which tool, were the draft in the folder. */
function compare({ files: current }: PolicyFolder, files: readonly PolicySource[]): Compared | undefined {
  if (files.length === 0) return undefined;
  const inputs = loadInputs();
  const before = parsePolicySet(current, 'the folder');
  const diff = diffOf({ before, after: [...before, ...parsePolicySet(files, 'the draft')], ...inputs });
  return { diff, text: diffText(diffViewOf(diff, inputs.roles)) };
}

function showDraft({ from, statement, findings }: PolicyDraft): void {
  print(colour('bold', `“${visible(from)}”`));
  if (statement !== undefined) print(visibleLines(statement));
  for (const { type, description } of findings) {
    const says = description === undefined ? '' : `: ${visible(description)}`;
    print(`${colour(type === 'VALID' ? 'green' : 'red', type)}${says}`);
  }
  print();
}

function show({ drafts, files }: Result, compared: Compared | undefined, written: readonly string[]): void {
  for (const one of drafts) showDraft(one);
  if (compared !== undefined) print(`With this in the folder:\n\n${compared.text}\n`);
  if (files.length === 0) print('Nothing of this could be translated.');
  else if (written.length > 0) print(`Written: ${written.join(', ')}. Nothing was attached.`);
  else print('Nothing was written or attached. --write NAME writes it to the policy folder.');
}

const COMMAND = {
  help: `npm run policy -- draft "SENTENCE" [--write NAME] [--stage STAGE] [--policies FOLDER] [--json]

Has the control plane draft policies from a sentence and shows text, findings and who would gain or lose what. "Only …" makes a permit and a
forbid. Attaches nothing. The local control plane understands "[Only] users with scope S may [not] use tool T"; anything
else is NOT_TRANSLATABLE. Ends with 1 where nothing could be translated.

  --write NAME       write the draft to NAME.cedar (a second statement to NAME_2.cedar); no file is overwritten
  --stage STAGE      a stage that npm run deploy wrote outputs for (default: the system that npm start runs)
${POLICIES_HELP}
  --json             print drafts and files as one line of JSON`,
  options: {
    write: { type: 'string' },
    stage: { type: 'string' },
    policies: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  positionals: true,
} as const;

function sentenceOf(words: readonly string[]): string {
  const text = words.join(' ').trim();
  if (text !== '') return text;
  throw new UsageError('Which sentence? Put it in quotes.');
}

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> =>
  execute(
    {
      ...COMMAND,
      async run({ write, stage, policies, json }, words) {
        const text = sentenceOf(words);
        const folder = openPolicyFolder(policies);
        if (write !== undefined) draftFiles(write, [], '');
        const work = () => draft(stage, text, write);
        const result = stage === undefined ? await work() : await explained('Asking AWS', work);
        const compared = compare(folder, result.files);
        const written = write === undefined ? [] : writeDraft(folder.folder, result.files);
        if (json) print(JSON.stringify({ ...result, diff: compared?.diff, written }));
        else show(result, compared, written);
        return result.files.length > 0 ? EXIT.done : EXIT.failed;
      },
    },
    args,
  );
