/** The policies of an engine, as the control plane has them, and one digest over all that decides. */
import { createHash } from 'node:crypto';
import {
  type BedrockAgentCoreControlClient,
  type Policy,
  type PolicyDefinition,
  paginateListPolicies,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { canonicalJson } from '@secure-agent/contracts';

/** One policy of an engine. */
export type EnginePolicyState = {
  readonly policyId: string;
  readonly name: string;
  readonly status: string;
  readonly statusReasons: readonly string[];
  readonly enforcementMode: 'ACTIVE' | 'LOG_ONLY';
  /** Without white space around it. Undefined for a definition that is no Cedar text. */
  readonly statement: string | undefined;
  readonly updatedAt: Date;
};

/** The text of a definition, in either of its two members (`policy` takes Cedar and its superset). */
export const statementOf = (definition: PolicyDefinition | undefined): string | undefined =>
  definition?.cedar?.statement ?? definition?.policy?.statement;

const stateOf = (policy: Policy): EnginePolicyState => ({
  policyId: policy.policyId ?? '',
  name: policy.name ?? '',
  status: policy.status ?? 'UNKNOWN',
  statusReasons: policy.statusReasons ?? [],
  enforcementMode: policy.enforcementMode === 'LOG_ONLY' ? 'LOG_ONLY' : 'ACTIVE',
  statement: statementOf(policy.definition)?.trim(),
  updatedAt: policy.updatedAt ?? new Date(0),
});

/** Every policy of an engine, sorted by name. */
export async function listPolicies(
  client: BedrockAgentCoreControlClient,
  policyEngineId: string,
): Promise<readonly EnginePolicyState[]> {
  const found: EnginePolicyState[] = [];
  for await (const page of paginateListPolicies({ client }, { policyEngineId })) {
    found.push(...(page.policies ?? []).map(stateOf));
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** SHA-256 over everything of the set that bears on a decision. Two equal digests: nothing changed in between. */
export function policySetDigest(policies: readonly EnginePolicyState[]): string {
  const members = policies.map(({ policyId, name, status, enforcementMode, statement, updatedAt }) => ({
    ...{ policyId, name, status, enforcementMode, statement: statement ?? null },
    updatedAt: updatedAt.toISOString(),
  }));
  return createHash('sha256').update(canonicalJson(members)).digest('hex');
}

/** Id of an engine or a gateway: the last part of its ARN. */
export const idOfArn = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
