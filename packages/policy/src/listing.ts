/**
 * Which tools are listed for a principal: those that some input could be allowed for (AgentCore's
 * PartiallyAuthorizeActions). Each policy is evaluated once for a list, whatever the number of its tools.
 */
import {
  type AuthorizationError,
  type Context,
  type EntityJson,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { ParsedPolicy } from './compile-tool.ts';
import { actionUid, GATEWAY } from './names.ts';
import type { PrincipalEntity } from './principal.ts';
import { actionEntities, compilePrincipal, systemAt } from './projection.ts';
import { allReads, type Names } from './reads.ts';
import { fillSlot, type Slot } from './slots.ts';
import { isExact, type Unknowns, unknownsFor, withUnknowns } from './unknown-input.ts';

export type Listing = {
  /** Tags that the policies read. */
  readonly tags: Names;
  /** Names of the tools, in listing order. `now` is milliseconds since 1970, or undefined for any time. */
  readonly list: (principal: PrincipalEntity, now: number | undefined) => readonly string[];
};

export type ListedTool = {
  readonly name: string;
  /** ACTIVE policies that can speak about the tool. */
  readonly policies: readonly ParsedPolicy[];
};

/** How a policy ends where the input is not known. `open`: it depends on the input. */
type Ending = 'holds' | 'fails' | 'open' | 'error';

/** Tells an error that stands for something unknown by Cedar's own words for it, asked for once. */
function unknownErrors({ input, system }: Unknowns, slot: Slot): (error: AuthorizationError) => boolean {
  const probe = (name: string) => `permit(principal, action, resource) when { context.${name} };`;
  fillSlot(slot, { input: probe(input), system: probe(system) });
  const nobody = { type: GATEWAY, id: '' };
  const call = { principal: nobody, action: actionUid(''), resource: nobody, context: {}, entities: [] };
  const answer = statefulIsAuthorized({ ...call, preparsedPolicySetId: slot.name });
  const errors = answer.type === 'success' ? answer.response.diagnostics.errors : [];
  const messages = new Set(errors.map(({ error }) => error.message));
  if (messages.size !== 2) throw new TypeError('Cedar does not name an attribute that is missing');
  return ({ error }) => messages.has(error.message);
}

type Question = {
  readonly principal: PrincipalEntity;
  readonly context: Context;
  readonly note: (policyId: string, ending: Ending) => void;
};

type SetOptions = {
  readonly gatewayArn: string;
  readonly unknowns: Unknowns;
  readonly isUnknown: (error: AuthorizationError) => boolean;
  readonly take: () => Slot;
};

/**
 * Policies that are evaluated together, each as a permit: then Cedar's reasons are those that hold.
 * @param tool - for policies that read the action; without one, the scope is known to take the action.
 */
function compileSet(
  policies: readonly ParsedPolicy[],
  { gatewayArn, unknowns, isUnknown, take }: SetOptions,
  tool?: string,
): (question: Question) => boolean {
  const permits = policies.map(({ id, policy }) => {
    const permit = { ...withUnknowns(policy, unknowns), effect: 'permit' as const };
    return [id, tool === undefined ? { ...permit, action: { op: 'All' as const } } : permit] as const;
  });
  const slot = take();
  fillSlot(slot, Object.fromEntries(permits));
  const entitiesOf = compilePrincipal(allReads(policies.map(({ reads }) => reads)));
  const actions: readonly EntityJson[] = tool === undefined ? [] : actionEntities(tool);
  const scope = { action: actionUid(tool ?? ''), resource: { type: GATEWAY, id: gatewayArn } };
  return ({ principal, context, note }) => {
    const entities = [...entitiesOf(principal), ...actions];
    const call = { ...scope, principal: principal.uid, context, entities, preparsedPolicySetId: slot.name };
    const answer = statefulIsAuthorized(call);
    if (answer.type === 'failure') return false;
    const { reason, errors } = answer.response.diagnostics;
    for (const id of reason) note(id, 'holds');
    for (const error of errors) note(error.policyId, isUnknown(error) ? 'open' : 'error');
    return true;
  };
}

/** A policy that errors whatever the input is denies every call, so it hides the tool; so does a forbid that holds. */
function isListed({ policies }: ListedTool, endingOf: (policyId: string) => Ending): boolean {
  let open = false;
  for (const { id, policy } of policies) {
    const ending = endingOf(id);
    if (ending === 'error' || (ending === 'holds' && policy.effect === 'forbid')) return false;
    open ||= ending !== 'fails' && policy.effect === 'permit';
  }
  return open;
}

/** Whether a policy asks for the action beyond its scope, so that it may end differently for each tool. */
const readsAction = ({ policy, reads }: ParsedPolicy): boolean => reads.action && isExact(policy);

/**
 * Compiles the listing of a gateway's tools.
 * @param take - gives a slot that the caller releases when the engine goes.
 */
export function compileListing(tools: readonly ListedTool[], gatewayArn: string, take: () => Slot): Listing {
  const open = tools.filter(({ policies }) => policies.some(({ policy }) => policy.effect === 'permit'));
  const policies = [...new Set(open.flatMap((tool) => tool.policies))];
  const unknowns = unknownsFor(policies.map(({ policy }) => policy));
  const options = { gatewayArn, unknowns, isUnknown: unknownErrors(unknowns, take()), take };
  const shared = compileSet(
    policies.filter((policy) => !readsAction(policy)),
    options,
  );
  const listed = open.map((tool) => {
    const own = tool.policies.filter(readsAction);
    return { tool, evaluate: own.length > 0 ? compileSet(own, options, tool.name) : undefined };
  });

  const list: Listing['list'] = (principal, now) => {
    const context = now === undefined ? {} : { [unknowns.system]: systemAt(now) };
    const endings = new Map<string, Ending>();
    const question: Question = { principal, context, note: (id, ending) => endings.set(id, ending) };
    if (!shared(question)) return [];
    return listed.flatMap(({ tool, evaluate }) => {
      const own = new Map<string, Ending>();
      const known = evaluate?.({ ...question, note: (id, ending) => own.set(id, ending) }) ?? true;
      const endingOf = (id: string) => own.get(id) ?? endings.get(id) ?? 'fails';
      return known && isListed(tool, endingOf) ? [tool.name] : [];
    });
  };
  return { tags: allReads(policies.map(({ reads }) => reads)).tags, list };
}
