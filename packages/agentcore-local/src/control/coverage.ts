/** The coverage table of the documentation: every operation of the SDK, and whether it runs locally. */
import { OPERATIONS } from './operations/index.ts';
import type { SdkOperation } from './wire/sdk-operations.ts';

const HEADER = `# Control plane

Which operations of the AgentCore control API (\`@aws-sdk/client-bedrock-agentcore-control\`) run locally. This file is written
by a test from the code; \`UPDATE_DOCS=1 npx vitest run --project unit packages/agentcore-local/test/control/coverage.test.ts\`
writes it again.

- Requests are signed (SigV4, \`bedrock-agentcore\`) and checked against the schemas that the SDK ships: required and unknown
  members, unions, types. What a schema does not hold (names, limits, rules between members) is checked as the API
  reference has it. A member that the schema knows and this machine cannot honour is refused by its name.
- Operations that are asynchronous on AWS answer \`CREATING\`, \`UPDATING\` or \`DELETING\` and are done some milliseconds later.
- Policy generation drafts from a few sentence forms, \`[Only] users with scope S may [not] use tool T\`. Any other sentence
  becomes an asset with the finding \`NOT_TRANSLATABLE\`. AWS has a model for it.
- Any other operation answers 501 \`UnsupportedOperationException\`: \`<Operation> is not supported locally\`.
`;

/** @returns Markdown, the same for the same SDK. */
export function coverageText(operations: readonly SdkOperation[]): string {
  const supported = operations.filter(({ name }) => Object.hasOwn(OPERATIONS, name));
  const others = operations.filter(({ name }) => !Object.hasOwn(OPERATIONS, name));
  const row = ({ name, method, path }: SdkOperation): string => `| ${name} | \`${method} ${path}\` |`;
  return [
    HEADER,
    `## Runs locally: ${supported.length} of ${operations.length}\n`,
    '| operation | route |\n| --- | --- |',
    ...supported.map(row),
    `\n## Not supported locally: ${others.length}\n`,
    '| operation | route |\n| --- | --- |',
    ...others.map(row),
    '',
  ].join('\n');
}
