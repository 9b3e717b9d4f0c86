/**
 * Which policies can speak about one tool at one gateway. One set per tool keeps a decision as dear as the tool's own
 * policies, not as the whole engine's.
 */
import type { EntityUidJson, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTION, CALL_TOOL, GATEWAY, MCP, targetOf, type Uid } from './names.ts';

const uidOf = (entity: EntityUidJson): Uid => ('__entity' in entity ? entity.__entity : entity);

const isOneOf = (entity: EntityUidJson, type: string, ids: ReadonlySet<string>): boolean =>
  uidOf(entity).type === type && ids.has(uidOf(entity).id);

function actionApplies({ action }: PolicyJson, tool: string): boolean {
  if (action.op === 'All') return true;
  if (action.op === '==') return 'entity' in action && isOneOf(action.entity, ACTION, new Set([tool]));
  const groups = new Set([tool, targetOf(tool), CALL_TOOL, MCP]);
  const named = 'entities' in action ? action.entities : [action.entity];
  return named.some((entity) => isOneOf(entity, ACTION, groups));
}

function resourceApplies({ resource }: PolicyJson, gatewayArn: string): boolean {
  if (resource.op !== '==' || !('entity' in resource)) return true;
  return isOneOf(resource.entity, GATEWAY, new Set([gatewayArn]));
}

/** Whether the scope of a policy leaves it a chance: only what can never match is left out, the rest is Cedar's to say. */
export const canApply = (policy: PolicyJson, tool: string, gatewayArn: string): boolean =>
  actionApplies(policy, tool) && resourceApplies(policy, gatewayArn);
