/** `npm run policy -- diff A B`: who gains and who loses which tool. */
import { POLICY_FOLDER } from '@secure-agent/infra';
import { type Diff, diffMarkdown, diffOf, diffViewOf, type Role } from '@secure-agent/policy/workbench';
import { EXIT, execute, UsageError } from '../lib/command.ts';
import { diffText } from '../lib/policy/diff-text.ts';
import { limitOf, loadInputs } from '../lib/policy/matrix-inputs.ts';
import { parsePolicySet, readPolicySet } from '../lib/policy/revision.ts';
import { print } from '../lib/terminal.ts';

const HELP = `npm run policy -- diff A [B] [options]

Who gains and who loses which tool between two sets of policies, on which conditions, each change with a request that both sides
decided. A and B are folders or git revisions; without B, the policies of this working tree. Tools and roles are those of this
working tree on both sides.

  --markdown    as Markdown, for a pull request
  --json        everything, as JSON
  --exit-code   exit with 1 when a decision or a list changes, as git diff does
  --limit N     requests of one tool, at most`;

type Form = { readonly json?: boolean; readonly markdown?: boolean };

function show(diff: Diff, roles: readonly Role[], { json, markdown }: Form): void {
  const view = diffViewOf(diff, roles);
  if (json === true) print(JSON.stringify(diff, undefined, 2));
  else if (markdown === true) process.stdout.write(diffMarkdown(view));
  else print(diffText(view));
}

const isChange = ({ changes, listings }: Diff): boolean => changes.length + listings.length > 0;

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> =>
  execute(
    {
      help: HELP,
      options: {
        markdown: { type: 'boolean' },
        json: { type: 'boolean' },
        'exit-code': { type: 'boolean' },
        limit: { type: 'string' },
      },
      positionals: true,
      run: async ({ limit, 'exit-code': exitCode, ...form }, [a, b = POLICY_FOLDER, ...more]) => {
        if (a === undefined || more.length > 0)
          throw new UsageError('Which sets of policies? One or two, please.');
        const [before, after] = [a, b].map((set) => parsePolicySet(readPolicySet(set), set));
        const inputs = loadInputs();
        const diff = diffOf({ before: before ?? [], after: after ?? [], ...inputs, ...limitOf(limit) });
        show(diff, inputs.roles, form);
        return exitCode === true && isChange(diff) ? EXIT.failed : EXIT.done;
      },
    },
    args,
  );
