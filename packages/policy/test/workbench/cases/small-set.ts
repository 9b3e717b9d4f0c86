/** Two tools, two roles and whatever policies and tables a test writes. */
import {
  type DecisionCase,
  type PolicyFile,
  parsePolicyFile,
  type Role,
  readCases,
} from '../../../src/workbench/index.ts';
import { tool } from '../../fixtures.ts';

export const TOOLS = [tool('T___send', { to: 's', n: 'i?' }), tool('T___read', { id: 's?' })];

const person = (name: string, claims: Readonly<Record<string, unknown>>): Role => ({
  name,
  kind: 'person',
  title: name,
  subject: { sub: name, claims: { sub: name, ...claims } },
});

export const ROLES = [person('boss', { scope: 'a boss' }), person('dev', { scope: 'a dev' })];

const TOOL = 'action == AgentCore::Action::"T___send"';
const GATEWAY = 'resource == AgentCore::Gateway::"{{gateway}}"';

/** A policy about `T___send`, or about any action in `scope`. */
export function policy(name: string, effect: 'permit' | 'forbid', rest = '', scope = TOOL): PolicyFile {
  const text = `// ${name}\n${effect}(principal is AgentCore::OAuthUser, ${scope}, ${GATEWAY})\n${rest};\n`;
  const parsed = parsePolicyFile({ name, text });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

export const names = (policies: readonly PolicyFile[]) => ({
  roles: ROLES,
  tools: TOOLS.map((one) => one.name),
  policies: policies.map((one) => one.name),
});

/** Rows of a table about `T___send`, each in YAML's flow form without `because`. */
export function cases(policies: readonly PolicyFile[], rows: readonly string[]): readonly DecisionCase[] {
  const lines = rows.map((row) => `  - { ${row}, because: Said so. }`);
  const text = ['about: A test.', 'tool: T___send', 'input: { to: x }', 'cases:', ...lines].join('\n');
  const read = readCases({ file: 'cases/t.yaml', text }, names(policies));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}
