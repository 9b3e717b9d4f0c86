/** What AgentCore asks of one policy beside the schema: scope, size, name, and what may stand together. */
import { checkPolicyStatement } from '../../statement.ts';
import { type Expression, pathOf } from '../lint/expression.ts';
import type { Report, Subject } from '../lint/rule.ts';
import { actionsOf } from '../lint/scope.ts';
import { fieldOf, HEADER_FIELDS } from './header.ts';
import { overSize, POLICY_LIMITS } from './limits.ts';

export type CodedReport = Report & { readonly code: string };

/** AWS::BedrockAgentCore::Policy, property Name. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,47}$/;

function nameReport({ file: { name } }: Subject): readonly CodedReport[] {
  if (NAME.test(name)) return [];
  const message = `"${name}" is no name of a policy: it is 1 to 48 letters, digits and underscores and starts with a letter.`;
  return [{ code: 'policy_name', at: 0, message, fix: 'Rename the file.' }];
}

function headerReports({ file: { text } }: Subject): readonly CodedReport[] {
  return HEADER_FIELDS.filter((field) => fieldOf(text, field) === undefined).map((field) => ({
    code: 'header',
    at: 0,
    message: `The header has no "// ${field}: …" line.`,
    fix: 'Say at the top of the file what the policy is for, who answers for it, and why.',
  }));
}

const FIXES: Readonly<Record<string, string>> = {
  wildcard_resource: 'Write `resource == AgentCore::Gateway::"{{gateway}}"`.',
  resource_pairing:
    'A named action goes with `resource == AgentCore::Gateway::"{{gateway}}"`, any action with `resource is AgentCore::Gateway`.',
  statement_length: 'Shorten it, or split it into policies of their own.',
};

function statementReports({ file }: Subject): readonly CodedReport[] {
  const bytes = overSize(file);
  if (bytes !== undefined) {
    const message = `The policy has ${bytes} bytes, over AgentCore's limit of ${POLICY_LIMITS.policy}.`;
    return [{ code: 'statement_length', at: 0, message, fix: FIXES['statement_length'] ?? '' }];
  }
  const checked = checkPolicyStatement(file.statement);
  if (checked.ok) return [];
  const { code, message } = checked.error;
  return [
    { code, message: `AgentCore refuses this: ${message}.`, fix: FIXES[code] ?? 'Correct the statement.' },
  ];
}

const reads = (expressions: readonly Expression[], name: string): Expression | undefined =>
  expressions.find((expression) => {
    const [variable, member] = pathOf(expression) ?? [];
    return variable === 'context' && member === name;
  });

function contextReports({ file, expressions }: Subject): readonly CodedReport[] {
  const [input, output] = [reads(expressions, 'input'), reads(expressions, 'output')];
  if (output === undefined) return groupReports(file.policy, input);
  const fix = 'Ask for the input only; what a tool answers is the business of a guardrail.';
  if (input === undefined) {
    const message = 'AgentCore knows context.output in guardrails and suppressOutput alone.';
    return [{ code: 'unsupported_feature', at: output, message, fix }];
  }
  const message = 'AgentCore refuses a policy that reads both context.input and context.output.';
  return [{ code: 'mixed_context', at: output, message, fix }];
}

function groupReports(
  policy: Subject['file']['policy'],
  input: Expression | undefined,
): readonly CodedReport[] {
  const names = actionsOf(policy);
  const isGroup = names?.some(({ id }) => !id.includes('___')) ?? true;
  if (input === undefined || !isGroup) return [];
  const message =
    'A policy for a whole group of tools cannot read context.input: each tool has an input of its own.';
  return [{ code: 'group_input', at: input, message, fix: 'Name the tools in the scope.' }];
}

/** Functions and forms that Cedar has and the guide of AgentCore does not name. */
function featureReports({ expressions }: Subject): readonly CodedReport[] {
  const undocumented = expressions.find(
    ({ operator, operands }) => operator === 'ip' || (operator === 'is' && operands.length > 1),
  );
  if (undocumented === undefined) return [];
  const what = undocumented.operator === 'ip' ? '`ip()`' : '`is … in`';
  const message = `The guide of AgentCore does not name ${what}, so nobody knows what a gateway makes of it.`;
  return [
    { code: 'unsupported_feature', at: undocumented, message, fix: 'Say it with what the guide documents.' },
  ];
}

/** Everything that AgentCore would say of a policy before it looks at the schema, and the repository's header. */
export const agentCoreReports = (subject: Subject): readonly CodedReport[] => [
  ...nameReport(subject),
  ...headerReports(subject),
  ...statementReports(subject),
  ...contextReports(subject),
  ...featureReports(subject),
];
