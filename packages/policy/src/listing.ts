/** Whether a tool is listed for a principal: whether some input could be allowed (AgentCore's PartiallyAuthorizeActions). */
import {
  type CedarValueJson,
  type EntityJson,
  isAuthorizedPartial,
  type PolicyJson,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { actionUid, CALL_TOOL, GATEWAY, MCP, targetOf } from './names.ts';
import type { PrincipalEntity } from './principal.ts';
import type { Slot } from './slots.ts';
import { specialise } from './specialise.ts';
import { printStatement } from './statement.ts';

/** `now` is milliseconds since 1970, or undefined for any time. */
export type Listing = (principal: PrincipalEntity, now: number | undefined) => boolean;

type ListedTool = {
  readonly name: string;
  readonly gatewayArn: string;
  /** Holds the same policies, parsed. */
  readonly slot: Slot;
  readonly policies: ReadonlyMap<string, PolicyJson>;
};

const UNKNOWN_SYSTEM: CedarValueJson = { __extn: { fn: 'unknown', arg: 'system' } };

/** Cedar's datetime for a point in time. */
export const systemAt = (now: number): CedarValueJson => ({
  now: { __extn: { fn: 'datetime', arg: new Date(now).toISOString() } },
});

/** What the schema says of the action groups, for the calls that go without a schema. */
function actionEntities(tool: string): EntityJson[] {
  const chain = [tool, targetOf(tool), CALL_TOOL, MCP].map(actionUid);
  return chain.map((uid, index) => ({ uid, attrs: {}, parents: chain.slice(index + 1, index + 2) }));
}

/**
 * Compiles the listing of one tool. Where no policy reads the input, the answer is an ordinary decision over parsed
 * policies; else Cedar evaluates partially, which has no parsed form and costs a parse of this tool's policies.
 * A policy that errors whatever the input is denies every call, so it hides the tool.
 */
export function compileListing({ name, gatewayArn, slot, policies }: ListedTool): Listing {
  const parts = [...policies].map(([id, policy]) => ({ id, effect: policy.effect, ...specialise(policy) }));
  if (!parts.some((part) => part.effect === 'permit')) return () => false;
  const readsInput = parts.some((part) => part.readsInput);
  const readsSystem = parts.some((part) => part.readsSystem);
  const texts = Object.fromEntries(parts.map((part) => [part.id, printStatement(part.policy)]));
  const actions = actionEntities(name);
  const scope = { action: actionUid(name), resource: { type: GATEWAY, id: gatewayArn } };

  const exactly: Listing = (principal, now) => {
    const context: Record<string, CedarValueJson> = now === undefined ? {} : { system: systemAt(now) };
    const entities = [principal, ...actions];
    const call = { ...scope, principal: principal.uid, context, entities, preparsedPolicySetId: slot.name };
    const answer = statefulIsAuthorized(call);
    if (answer.type === 'failure') return false;
    return answer.response.decision === 'allow' && answer.response.diagnostics.errors.length === 0;
  };
  const partially: Listing = (principal, now) => {
    const context = { system: now === undefined ? UNKNOWN_SYSTEM : systemAt(now) };
    const entities = [principal, ...actions];
    const call = { ...scope, principal: principal.uid, context, entities };
    const answer = isAuthorizedPartial({ ...call, policies: { staticPolicies: texts } });
    if (answer.type === 'failure') return false;
    return answer.response.decision !== 'deny' && answer.response.errored.length === 0;
  };
  return (principal, now) =>
    readsInput || (readsSystem && now === undefined) ? partially(principal, now) : exactly(principal, now);
}
