/**
 * Which policies can speak about one tool at one gateway. One set per tool keeps a decision as dear as the tool's own
 * policies, not as the whole engine's.
 */
import type { EntityUidJson, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { ACTION, CALL_TOOL, GATEWAY, MCP, targetOf, type Uid } from './names.ts';

const uidOf = (entity: EntityUidJson): Uid => ('__entity' in entity ? entity.__entity : entity);

/** Names of actions and groups in the scope of a policy; undefined where it takes any action. */
function actionNames({ action }: PolicyJson): readonly string[] | undefined {
  if (action.op === 'All') return undefined;
  const named = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : [];
  return named
    .map(uidOf)
    .filter(({ type }) => type === ACTION)
    .map(({ id }) => id);
}

function resourceApplies({ resource }: PolicyJson, gatewayArn: string): boolean {
  if (resource.op !== '==' || !('entity' in resource)) return true;
  const { type, id } = uidOf(resource.entity);
  return type === GATEWAY && id === gatewayArn;
}

/** Whether the scope of a policy takes a tool for its group, so that Cedar needs to be told the groups. */
export const isByGroup = (policy: PolicyJson, tool: string): boolean =>
  policy.action.op === 'in' && actionNames(policy)?.includes(tool) !== true;

type Held = { readonly policy: PolicyJson };

/**
 * Sorts policies by what their scope names. Only what can never match is left out, the rest is Cedar's to say.
 * @returns the policies of a tool, in the order given.
 */
export function shard<P extends Held>(
  policies: readonly P[],
  gatewayArn: string,
): (tool: string) => readonly P[] {
  const ofAnyAction: number[] = [];
  const byExactName = new Map<string, number[]>();
  const byNameOrGroup = new Map<string, number[]>();
  policies.forEach(({ policy }, index) => {
    if (!resourceApplies(policy, gatewayArn)) return;
    const names = actionNames(policy);
    if (names === undefined) ofAnyAction.push(index);
    const map = policy.action.op === '==' ? byExactName : byNameOrGroup;
    for (const name of names ?? []) map.set(name, [...(map.get(name) ?? []), index]);
  });
  return (tool) => {
    const groups = [tool, targetOf(tool), CALL_TOOL, MCP].flatMap((name) => byNameOrGroup.get(name) ?? []);
    const indices = new Set([...ofAnyAction, ...(byExactName.get(tool) ?? []), ...groups]);
    return [...indices].sort((a, b) => a - b).flatMap((index) => policies[index] ?? []);
  };
}
