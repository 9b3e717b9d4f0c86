/** `schema.cedarschema`: the schema of the tools as a file, for editors and for whoever reviews a change of a tool. */
import { cedarSchemaFor, type PolicyTool } from '../../schema.ts';
import type { Finding } from './finding.ts';

export const SCHEMA_FILE = 'schema.cedarschema';

const HEADER = `// The Cedar schema of the gateway, from the tools it offers. Generated: \`npm run policy -- check --write\`.
`;

/** What the file holds. @throws PolicyError `tool_unsupported` or `tool_duplicate`. */
export const schemaFileFor = (tools: readonly PolicyTool[]): string => `${HEADER}${cedarSchemaFor(tools)}`;

/** @param text - of the file; undefined where there is none. */
export function checkSchemaFile(text: string | undefined, tools: readonly PolicyTool[]): readonly Finding[] {
  const expected = schemaFileFor(tools);
  if (text === expected) return [];
  const base = {
    code: 'schema_file',
    file: SCHEMA_FILE,
    fix: 'Run `npm run policy -- check --write` and review what it changes.',
  };
  if (text === undefined) return [{ ...base, message: 'The folder has no schema of its tools.' }];
  const [lines, wanted] = [text.split('\n'), expected.split('\n')];
  const line = wanted.findIndex((one, index) => one !== lines[index]);
  return [
    {
      ...base,
      at: { line: line < 0 ? wanted.length : line + 1, column: 1 },
      message:
        'The schema is not that of the tools: somebody changed it by hand, or a tool and not this file.',
    },
  ];
}
