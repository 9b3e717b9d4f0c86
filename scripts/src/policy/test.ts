/** `npm run policy -- test`: decides every case, measures what the cases try, and changes the policies to see who notices. */
import { join } from 'node:path';
import { coverageOf, domainOf, type PolicyFile, runCases, runMutants } from '@secure-agent/policy/workbench';
import { EXIT, execute } from '../lib/command.ts';
import { ROOT } from '../lib/paths.ts';
import { loadPolicyFolder, type PolicyFolder } from '../lib/policy/cases.ts';
import { type Findings, isClean, reportJson, reportText } from '../lib/policy/report.ts';
import { note, print, visible } from '../lib/terminal.ts';

const HELP = `npm run policy -- test [--folder DIR] [--no-mutants] [--json]

Decides every case of DIR/cases/*.yaml with the engine that the gateway uses. A case passes when decision and determining
policies are as expected and nothing failed. Then: coverage (each policy decides a case, each condition is reached and
true in one and false in another), and mutants (each policy with one small mistake in it: some case must see it).
A mutant that no case sees is equivalent only if no request of the declared domain is decided otherwise; every other one is
printed with the case that is missing. Ends with 1 for a case that fails, a gap in coverage or a survivor.

  --folder DIR    folder with *.cedar and cases/ (default: policies)
  --no-mutants    cases and coverage only
  --json          everything as JSON`;

/** Milliseconds without a word on stderr. */
const SILENCE = 2000;

function progress(): (doing: string) => void {
  let last = performance.now();
  return (doing) => {
    if (performance.now() - last < SILENCE) return;
    last = performance.now();
    note(`secure-agent: ${doing} …`);
  };
}

function findings(loaded: PolicyFolder, withMutants: boolean): Findings {
  const { folder, policies, tools, cases, roles } = loaded;
  const results = runCases(policies, tools, cases);
  const coverage = coverageOf(policies, tools, results);
  const decided = { folder, results, coverage };
  if (!withMutants) return decided;
  if (results.some(({ passed }) => !passed)) {
    note('secure-agent: mutants were not run: they are compared with cases that pass.');
    return decided;
  }
  const options = {
    policies,
    tools,
    cases,
    domainOf: (some: readonly PolicyFile[]) => domainOf({ policies: some, tools, roles }),
    onProgress: progress(),
  };
  return { ...decided, mutants: runMutants(options) };
}

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> =>
  execute(
    {
      help: HELP,
      options: {
        folder: { type: 'string' },
        'no-mutants': { type: 'boolean' },
        json: { type: 'boolean' },
      },
      async run(values) {
        const loaded = loadPolicyFolder(values.folder ?? join(ROOT, 'policies'));
        for (const { where, message } of loaded.problems) note(visible(`${where}: ${message}`));
        if (loaded.problems.length > 0) return EXIT.failed;
        const found = findings(loaded, values['no-mutants'] !== true);
        print(
          values.json === true
            ? JSON.stringify(reportJson(found, loaded.roles), undefined, 2)
            : reportText(found, loaded.roles),
        );
        return isClean(found) ? EXIT.done : EXIT.failed;
      },
    },
    args,
  );
