/** The same policy for more callers, more tools or more gateways, or of the other effect. */
import type { EntityUidJson, PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { decodeToolName } from '@secure-agent/contracts';
import { ACTION, type Uid } from '../../names.ts';

/** A change of a policy's JSON form. */
export type Change = {
  readonly what: string;
  readonly policy: PolicyJson;
};

const uidOf = (entity: EntityUidJson): Uid => ('__entity' in entity ? entity.__entity : entity);

function flip(policy: PolicyJson): Change {
  const effect = policy.effect === 'permit' ? 'forbid' : 'permit';
  return { what: `${policy.effect} becomes ${effect}`, policy: { ...policy, effect } };
}

function widenPrincipal(policy: PolicyJson): readonly Change[] {
  const { principal } = policy;
  if (principal.op === 'All') return [];
  const any: Change = { what: 'any principal', policy: { ...policy, principal: { op: 'All' } } };
  if (principal.op !== 'is' || principal.in === undefined) return [any];
  const { entity_type } = principal;
  const type: PolicyJson['principal'] = { op: 'is', entity_type };
  return [{ what: `any ${entity_type}, of whatever group`, policy: { ...policy, principal: type } }, any];
}

const widenResource = (policy: PolicyJson): readonly Change[] =>
  policy.resource.op === 'All' || policy.resource.op === 'is'
    ? []
    : [{ what: 'any gateway', policy: { ...policy, resource: { op: 'All' } } }];

const named = ({ action }: PolicyJson): readonly Uid[] => {
  if ('entities' in action) return action.entities.map(uidOf);
  return 'entity' in action ? [uidOf(action.entity)] : [];
};

const actionIn = (policy: PolicyJson, ids: readonly string[]): PolicyJson => ({
  ...policy,
  action: { op: 'in', entities: ids.map((id) => ({ type: ACTION, id })) },
});

function targetsOf(ids: readonly string[]): readonly string[] {
  const targets = ids.map((id) => {
    const decoded = decodeToolName(id);
    return decoded.ok ? decoded.value.target : id;
  });
  return [...new Set(targets)];
}

function changeAction(policy: PolicyJson): readonly Change[] {
  if (policy.action.op === 'All') return [];
  const ids = named(policy).map(({ id }) => id);
  const targets = targetsOf(ids);
  const dropped = ids.length < 2 ? [] : ids;
  return [
    { what: `every tool of ${targets.join(', ')}`, policy: actionIn(policy, targets) },
    { what: 'any action', policy: { ...policy, action: { op: 'All' } } },
    ...dropped.map((id) => ({
      what: `${id} left out`,
      policy: actionIn(
        policy,
        ids.filter((other) => other !== id),
      ),
    })),
  ];
}

/** Every change of effect and scope. An action list also loses each of its actions. */
export const scopeMutants = (policy: PolicyJson): readonly Change[] => [
  flip(policy),
  ...widenPrincipal(policy),
  ...changeAction(policy),
  ...widenResource(policy),
];
