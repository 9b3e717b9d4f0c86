/** `npm run policy -- check`: parse, validate and lint every policy; compare what is generated with what is there. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POLICY_FOLDER } from '@secure-agent/infra';
import { SCHEMA_FILE, schemaFileFor } from '@secure-agent/policy/workbench';
import { type Command, EXIT, execute } from '../lib/command.ts';
import { checkFolder, loadTools } from '../lib/policy/check-folder.ts';
import { checkReport, checkSummary } from '../lib/policy/check-report.ts';
import { note, print } from '../lib/terminal.ts';

const OPTIONS = {
  folder: { type: 'string' },
  write: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const command: Command<typeof OPTIONS> = {
  help: `npm run policy -- check [--folder DIR] [--write] [--json]

Checks the policies against the tools of the configuration: that each file is one policy that AgentCore takes, strict
validation, the lint rules of docs/policies.md, the schema file, and the descriptions of the tools.

  --folder DIR   the policies (default: policies)
  --write        write ${SCHEMA_FILE} first
  --json         one JSON object on stdout: policies, tools, findings, allowed

Exit code 0: nothing found. 1: something was found. 2: called wrongly.`,
  options: OPTIONS,
  run: async ({ folder = POLICY_FOLDER, write, json }) => {
    const tools = loadTools();
    if (write) {
      writeFileSync(join(folder, SCHEMA_FILE), schemaFileFor(tools.policyTools));
      note(`${SCHEMA_FILE} is written.`);
    }
    const checked = checkFolder(folder, tools);
    if (json) print(JSON.stringify(checked, undefined, 2));
    else {
      if (checked.findings.length > 0) print(checkReport(checked.findings));
      print(checkSummary(checked));
    }
    return checked.findings.length === 0 ? EXIT.done : EXIT.failed;
  },
};

/** @returns the exit code. */
export const run = (args: readonly string[]): Promise<number> => execute(command, args);
