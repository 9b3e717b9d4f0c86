/** Tools, policies and calls that are measured. */
import type { SchemaDefinition, ToolDefinition } from '@secure-agent/contracts';

export const GATEWAY_ID = 'bench-abcdefghij';
export const GATEWAY_ARN = `arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/${GATEWAY_ID}`;
export const TARGET = 'Bench';

/** AWS's limit for one policy engine (devguide bedrock-agentcore-limits). */
export const MAX_POLICIES = 1000;

const inputSchema: SchemaDefinition = {
  type: 'object',
  properties: { start_date: { type: 'string' }, days: { type: 'integer' }, reason: { type: 'string' } },
  required: ['start_date', 'days'],
};

/** Tools named `tool_0`, `tool_1`, … */
export const toolsOf = (count: number): readonly ToolDefinition[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `tool_${index}`,
    description: 'Takes a request for leave.',
    inputSchema,
  }));

export const fullName = (index: number): string => `${TARGET}___tool_${index}`;

const hasScope = (scope: string): string => {
  const tag = 'principal.getTag("scope")';
  const forms = [`== "${scope}"`, `like "${scope} *"`, `like "* ${scope}"`, `like "* ${scope} *"`];
  return `principal.hasTag("scope") && (${forms.map((form) => `${tag} ${form}`).join(' || ')})`;
};

/**
 * The policies of one tool, by turn: a permit on the arguments, a forbid for developers, a permit without a look at the
 * arguments for admins, and again.
 */
function statementOf(turn: number, tool: string): string {
  const scope = `principal is AgentCore::OAuthUser, action == AgentCore::Action::"${tool}", resource == AgentCore::Gateway::"${GATEWAY_ARN}"`;
  if (turn % 3 === 1) return `forbid(${scope}) when { ${hasScope('hr/developer')} };`;
  if (turn % 3 === 2) return `permit(${scope}) when { ${hasScope('hr/admin')} };`;
  const days = 'context.input.days >= 1 && context.input.days <= 10';
  return `permit(${scope}) when { principal.hasTag("employee_id") && ${hasScope('hr/write')} && ${days} };`;
}

/** Policies, spread evenly over tools. */
export const policiesOf = (count: number, tools: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `policy_${index}`,
    statement: statementOf(Math.floor(index / tools), fullName(index % tools)),
    enforcementMode: 'ACTIVE' as const,
  }));

/** Arguments that no other call has. */
export const argumentsOf = (index: number) => ({
  start_date: '2026-12-01',
  days: (index % 10) + 1,
  reason: `call ${index}`,
});

export const callBody = (index: number, name: string): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: index,
    method: 'tools/call',
    params: { name, arguments: argumentsOf(index) },
  });

export const listBody = (index: number): string =>
  JSON.stringify({ jsonrpc: '2.0', id: index, method: 'tools/list', params: {} });

/** A POST as MCP clients send it. */
export const post = (path: string, port: number, body: string, token?: string): string =>
  `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
  'accept: application/json, text/event-stream\r\nmcp-protocol-version: 2025-11-25\r\n' +
  `${token === undefined ? '' : `authorization: Bearer ${token}\r\n`}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
