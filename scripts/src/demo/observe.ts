/** Turns replies into the columns of a row. Outcomes are facts in few words, never the agent's own opinion. */
import type { Json } from '@secure-agent/contracts';
import type { Observed } from './story-row.ts';
import { type AgentReply, type GatewayReply, jsonOf, resultText } from './wire.ts';
import { decided, type World } from './world.ts';

/** What a tool returned, with its error code where it returned one. */
export type ToolResult = { readonly value: Readonly<Record<string, Json>>; readonly error?: string };

const isObject = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function toolResult(text: string | undefined): ToolResult {
  const value = jsonOf(text ?? '');
  if (!isObject(value)) return { value: {} };
  const { error } = value;
  return isObject(error) && typeof error['code'] === 'string' ? { value, error: error['code'] } : { value };
}

/** `1 tool`, `2 tools`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const gatewayOf = ({ answer }: AgentReply): string =>
  answer === undefined ? '-' : counted(answer.toolsOffered.length, 'tool');

/** A row that asks the agent. `outcome` says what the last tool call came to. */
export async function viaAgent(
  world: World,
  ask: () => Promise<AgentReply>,
  outcome: (result: ToolResult, reply: AgentReply) => string | Promise<string>,
): Promise<Observed> {
  const from = world.evidence.logEnd();
  const reply = await ask();
  const result = toolResult(reply.answer?.toolCalls.at(-1)?.result);
  return {
    runtime: String(reply.status),
    gateway: gatewayOf(reply),
    ...decided(world.evidence, from),
    outcome: await outcome(result, reply),
  };
}

/** A row that goes straight to the gateway. */
export async function viaGateway(
  world: World,
  call: () => Promise<GatewayReply>,
  outcome: (result: ToolResult, reply: GatewayReply) => string | Promise<string>,
): Promise<Observed> {
  const from = world.evidence.logEnd();
  const reply = await call();
  return {
    runtime: '-',
    gateway: String(reply.status),
    ...decided(world.evidence, from),
    outcome: await outcome(toolResult(resultText(reply)), reply),
  };
}

/** `denied by <policy>` or `denied by default`, from the gateway's own words; otherwise `not denied`. */
export function denial(text: string): string {
  if (!text.includes('Tool Execution Denied')) return 'not denied';
  const [, policy] = /denied due to ([A-Za-z0-9_]+)-[a-z0-9]{10}/.exec(text) ?? [];
  return policy === undefined ? 'denied by default' : `denied by ${policy}`;
}
