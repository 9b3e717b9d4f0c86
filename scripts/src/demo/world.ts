/** What a row of the story may use: a running system, tokens, calls, and the evidence they leave. */

import { newSessionId } from '@secure-agent/client';
import type { Configuration, DecisionRecord, Json, Outputs, Person } from '@secure-agent/contracts';
import type { Clients, LocalSystem } from '../lib/local-system.ts';
import { createEvidence, type Evidence } from './evidence.ts';
import type { Observed } from './story-row.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { type AgentReply, askAgent, callGateway, type GatewayReply } from './wire.ts';

export type World = {
  readonly outputs: Outputs;
  readonly clients: Clients;
  readonly configuration: Configuration;
  /** Folder of the system: logs, state, decision log. */
  readonly folder: string;
  readonly tokens: Tokens;
  readonly evidence: Evidence;
  person(username: string): Person;
  /** Asks the agent as a person, in the person's own session. */
  ask(username: string, prompt: string): Promise<AgentReply>;
  /** Calls a tool at the gateway as a person. */
  call(username: string, tool: string, args: Readonly<Record<string, Json>>): Promise<GatewayReply>;
};

/** Puts a world around a running system. */
export function createWorld(system: LocalSystem, configuration: Configuration, folder: string): World {
  const tokens = createTokens(system);
  const sessions = new Map<string, string>();
  const sessionOf = (username: string): string => {
    const sessionId = sessions.get(username) ?? newSessionId();
    sessions.set(username, sessionId);
    return sessionId;
  };
  return {
    outputs: system.outputs,
    clients: system.clients,
    configuration,
    folder,
    tokens,
    evidence: createEvidence(system, folder),
    person(username) {
      const found = configuration.people.find((one) => one.username === username);
      if (found === undefined) throw new TypeError(`the configuration has no ${username}`);
      return found;
    },
    ask: async (username, prompt) =>
      askAgent(system.outputs, await tokens.person(username), { prompt }, { sessionId: sessionOf(username) }),
    call: async (username, name, args) =>
      callGateway(system.outputs, await tokens.person(username), 'tools/call', { name, arguments: args }),
  };
}

/** `own_leave_balance-abcdefghij` to `own_leave_balance`. */
const policyName = (policyId: string): string => policyId.replace(/-[a-z0-9]{10}$/, '');

function verdict(record: DecisionRecord | undefined): string {
  const decision = record?.['aws.agentcore.policy.authorization_decision'];
  if (decision === undefined) return '-';
  const policies = record?.['aws.agentcore.policy.determining_policies'] ?? [];
  return `${decision} ${policies.map(policyName).join(' ') || 'default'}`;
}

/** The columns that the decision log fills, for what happened since a place in it. */
export function decided(evidence: Evidence, from: number): Pick<Observed, 'policy' | 'tool'> {
  const last = evidence.decisions(from).findLast(({ kind }) => kind === 'authorization');
  return { policy: verdict(last), tool: last?.tool ?? '-' };
}
