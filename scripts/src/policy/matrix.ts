/** `npm run policy -- matrix`: who may call which tool. */
import { writeFileSync } from 'node:fs';
import { POLICY_FOLDER } from '@secure-agent/infra';
import { type Matrix, matrixHtml, matrixMarkdown, matrixOf, viewOf } from '@secure-agent/policy/workbench';
import { EXIT, execute, UsageError } from '../lib/command.ts';
import { MATRIX_DOCUMENT, matrixDocument } from '../lib/policy/matrix-document.ts';
import { limitOf, loadInputs } from '../lib/policy/matrix-inputs.ts';
import { matrixText } from '../lib/policy/matrix-text.ts';
import { parsePolicySet, readPolicySet } from '../lib/policy/revision.ts';
import { note, print, visible } from '../lib/terminal.ts';

const HELP = `npm run policy -- matrix [SET] [options]

Who may call which tool: allow, deny, or on which conditions, with an example of each side. The engine decides each role, as it is,
for the boundary values of every condition. SET is a folder or a git revision; without it, the policies of this working tree.

  --markdown    as Markdown
  --json        everything, as JSON
  --html FILE   writes one page that needs nothing else
  --write       writes docs/policy-matrix.md; npm run check fails when it is out of date
  --limit N     requests of one tool, at most`;

function show(matrix: Matrix, { json, markdown }: { json?: boolean; markdown?: boolean }): void {
  if (json === true) print(JSON.stringify(matrix, undefined, 2));
  else if (markdown === true) process.stdout.write(matrixMarkdown(viewOf(matrix)));
  else print(matrixText(viewOf(matrix)));
}

function write(file: string, text: string): void {
  writeFileSync(file, text);
  note(`Wrote ${visible(file)}.`);
}

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> =>
  execute(
    {
      help: HELP,
      options: {
        markdown: { type: 'boolean' },
        json: { type: 'boolean' },
        html: { type: 'string' },
        write: { type: 'boolean' },
        limit: { type: 'string' },
      },
      positionals: true,
      run: async ({ html, limit, write: isDocument, ...form }, [set = POLICY_FOLDER, ...more]) => {
        if (more.length > 0)
          throw new UsageError('One set of policies, please: npm run policy -- diff takes two.');
        if (isDocument === true && set !== POLICY_FOLDER) {
          throw new UsageError('--write is about the policies of this working tree: leave SET out.');
        }
        const policies = parsePolicySet(readPolicySet(set), set);
        const matrix = matrixOf({ policies, ...loadInputs(), ...limitOf(limit) });
        if (html !== undefined) write(html, matrixHtml(viewOf(matrix)));
        if (isDocument === true) write(MATRIX_DOCUMENT, matrixDocument(matrix));
        if (html === undefined && isDocument !== true) show(matrix, form);
        return EXIT.done;
      },
    },
    args,
  );
