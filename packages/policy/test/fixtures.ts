/** What several tests share: the gateway, a user, the tools of the stack, and the answer of one engine. */
import type { SchemaDefinition } from '@secure-agent/contracts';
import { createPolicyEngine, type EnginePolicy, type Outcome, type PolicyTool } from '../src/index.ts';

export const GATEWAY_ARN = 'arn:aws:bedrock-agentcore:us-east-1:123456789012:gateway/demo-abcdefghij';
export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);

const types = {
  s: 'string',
  's?': 'string',
  i: 'integer',
  'i?': 'integer',
  n: 'number',
  'n?': 'number',
  'b?': 'boolean',
} as const;

/** `tool('T___x', { to: 's', days: 'i?' })`: letters are types, a question mark makes an argument optional. */
export function tool(
  name: string,
  args: Readonly<Record<string, keyof typeof types | SchemaDefinition>> = {},
): PolicyTool {
  const properties = Object.fromEntries(
    Object.entries(args).map(([key, value]) => [
      key,
      typeof value === 'string' ? { type: types[value] } : value,
    ]),
  );
  const isOptional = (value: unknown) => typeof value === 'string' && value.endsWith('?');
  const required = Object.keys(args).filter((key) => !isOptional(args[key]));
  return { name, inputSchema: { type: 'object', properties, required } };
}

export const REPORT = 'ReportTarget___format_report';
export const MAIL = 'ReportTarget___markdown_to_email';
export const BALANCE = 'HrTarget___get_leave_balance';
export const REQUEST = 'HrTarget___request_leave';
export const APPROVE = 'HrTarget___approve_leave';
export const SALARY = 'HrTarget___get_salary';

export const STACK_TOOLS: readonly PolicyTool[] = [
  tool(REPORT, { title: 's', data: 's', caller: 's?' }),
  tool(MAIL, { markdown_content: 's', recipient_email: 's', subject: 's?', caller: 's?' }),
  tool(BALANCE, { employee_id: 's?', caller: 's?' }),
  tool(REQUEST, { start_date: 's', days: 'i', reason: 's?', caller: 's?' }),
  tool(APPROVE, { request_id: 's', caller: 's?' }),
  tool(SALARY, { employee_id: 's', caller: 's?' }),
];

/** ACTIVE policies named p0, p1, … */
export const active = (statements: readonly string[]): readonly EnginePolicy[] =>
  statements.map((statement, index) => ({ id: `p${index}`, statement, enforcementMode: 'ACTIVE' }));

/** `permit(<any user>, <one tool>, <the gateway>) <rest>;` */
export const statement = (effect: 'permit' | 'forbid', toolName: string, rest = ''): string =>
  `${effect}(principal is AgentCore::OAuthUser, action == AgentCore::Action::"${toolName}", resource == AgentCore::Gateway::"${GATEWAY_ARN}") ${rest};`;

export type Ask = {
  readonly statements?: readonly string[];
  readonly policies?: readonly EnginePolicy[];
  readonly tools: readonly PolicyTool[];
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly sub?: string;
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly now?: number;
};

/** One engine, one decision. */
export function decideOnce(ask: Ask): Outcome {
  using engine = createPolicyEngine({
    gatewayArn: GATEWAY_ARN,
    policies: ask.policies ?? active(ask.statements ?? []),
    tools: ask.tools,
  });
  return engine.decide({
    principal: { sub: ask.sub ?? 'u-1', claims: ask.claims ?? {} },
    tool: ask.tool ?? ask.tools[0]?.name ?? '',
    args: ask.args ?? {},
    now: ask.now ?? NOW,
  });
}

/** One engine, one list. */
export function listOnce(ask: Ask): readonly string[] {
  using engine = createPolicyEngine({
    gatewayArn: GATEWAY_ARN,
    policies: ask.policies ?? active(ask.statements ?? []),
    tools: ask.tools,
  });
  return engine.visibleTools({
    principal: { sub: ask.sub ?? 'u-1', claims: ask.claims ?? {} },
    now: ask.now,
  });
}
