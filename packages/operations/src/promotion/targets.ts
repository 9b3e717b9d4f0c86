/**
 * The targets of a gateway: which tools there are, and in which form. A decision about a tool is none about the tool that
 * took its place.
 * Source: AgentCore control API, ListGatewayTargets.
 */
import {
  type BedrockAgentCoreControlClient,
  paginateListGatewayTargets,
} from '@aws-sdk/client-bedrock-agentcore-control';

export type TargetState = {
  readonly targetId: string;
  readonly status: string;
  /** The newest change of its configuration, or of the tools that were read from an MCP server. */
  readonly changedAt: Date;
};

const newest = (...moments: readonly (Date | undefined)[]): Date =>
  new Date(Math.max(0, ...moments.map((moment) => moment?.getTime() ?? 0)));

/** Every target of a gateway, sorted by id. */
export async function listTargets(
  client: BedrockAgentCoreControlClient,
  gatewayIdentifier: string,
): Promise<readonly TargetState[]> {
  const found: TargetState[] = [];
  for await (const { items = [] } of paginateListGatewayTargets({ client }, { gatewayIdentifier })) {
    found.push(
      ...items.map(({ targetId = '', status = 'UNKNOWN', updatedAt, lastSynchronizedAt }) => ({
        ...{ targetId, status, changedAt: newest(updatedAt, lastSynchronizedAt) },
      })),
    );
  }
  return found.toSorted((a, b) => (a.targetId < b.targetId ? -1 : 1));
}

/** Whether two readings are of the same targets, and none changed in between. */
export const sameTargets = (one: readonly TargetState[], other: readonly TargetState[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
