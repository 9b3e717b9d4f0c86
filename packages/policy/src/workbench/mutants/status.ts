/**
 * Which mutants may decide a request otherwise. Every mutant and every original is evaluated as a permit beside all
 * others, so one decision says of all of them whether they hold. Where a mutant ends as its original does, so does the
 * decision of the whole set; only elsewhere it has to be made.
 */
import { type PolicyJson, policyToText } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyTool } from '../../schema.ts';
import { shard } from '../../shard.ts';
import type { Request } from '../cases/judge.ts';
import { WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import { isOfWhomOrWhere, type PlacedMutant } from './mutated-set.ts';
import { type DecidedPolicy, type Decider, toolDecider } from './tool-decider.ts';

/** For one request: whether a mutant ends otherwise than its original. Asked of mutants that speak about its tool. */
type Test = (mutant: PlacedMutant) => boolean;

/** What was evaluated of all mutants, kept for the next request. */
export interface Statuses extends Disposable {
  /** Evaluates one request. */
  at(tool: PolicyTool, request: Request): Test;
}

const asPermit = (name: string, policy: PolicyJson): readonly DecidedPolicy[] => {
  const permit: PolicyJson = { ...policy, effect: 'permit' };
  const answer = policyToText(permit);
  return answer.type === 'success' ? [{ name, policy: permit, statement: answer.text }] : [];
};

/** How a policy ends. One that errs is none that fails: an error denies. */
type Ending = (name: string) => 'holds' | 'errs' | 'fails';

function endingsOf(decider: Decider, { subject, tool, input, now }: Request): Ending {
  const outcome = decider.decide({ principal: subject, tool, args: input, now });
  const [holding, erring] = [new Set(outcome.determiningPolicies), new Set(outcome.mismatchedPolicies)];
  return (name) => (holding.has(name) ? 'holds' : erring.has(name) ? 'errs' : 'fails');
}

const beforeName = ({ original }: PlacedMutant): string => `original ${original.name}`;

function endsOtherwise(mutant: PlacedMutant, afterName: string, ending: Ending): boolean {
  const { mutated, original } = mutant;
  const before = ending(beforeName(mutant));
  const after = mutated === undefined ? 'fails' : ending(afterName);
  const isFlipped = mutated !== undefined && mutated.policy.effect !== original.policy.effect;
  return before !== after || (isFlipped && before === 'holds');
}

/** @param seen - what is evaluated of a policy. */
function statusesOf(mutants: readonly PlacedMutant[], seen: (policy: PolicyJson) => PolicyJson): Statuses {
  const names = new Map(mutants.map((mutant, index) => [mutant, `mutant ${index}`]));
  const policies = new Map(mutants.map((mutant) => [beforeName(mutant), seen(mutant.original.policy)]));
  for (const [{ mutated }, name] of names)
    if (mutated !== undefined) policies.set(name, seen(mutated.policy));
  const permits = [...policies].flatMap(([name, policy]) => asPermit(name, policy));
  const speaking = shard(permits, WORKBENCH_GATEWAY);
  const deciders = new Map<PolicyTool, Decider>();
  return {
    at(tool, request) {
      const decider = deciders.get(tool) ?? toolDecider(tool, speaking(tool.name));
      deciders.set(tool, decider);
      const ending = endingsOf(decider, request);
      return (mutant) => endsOtherwise(mutant, names.get(mutant) ?? '', ending);
    },
    [Symbol.dispose]() {
      for (const decider of deciders.values()) decider[Symbol.dispose]();
    },
  };
}

/** A scope sees of a request the tool and who asks, so it is asked once for each. */
function scopeStatuses(mutants: readonly PlacedMutant[]): Statuses {
  const statuses = statusesOf(mutants, (policy) => ({ ...policy, conditions: [] }));
  const known = new Map<string, Test>();
  return {
    at(tool, request) {
      const key = `${tool.name} ${request.subject.sub}`;
      const test = known.get(key) ?? statuses.at(tool, request);
      known.set(key, test);
      return test;
    },
    [Symbol.dispose]: () => statuses[Symbol.dispose](),
  };
}

/** The caller disposes it. */
export function createStatuses(mutants: readonly PlacedMutant[]): Statuses {
  const scopes = new Set(mutants.filter(isOfWhomOrWhere));
  const ofScopes = scopeStatuses([...scopes]);
  const ofWholes = statusesOf(
    mutants.filter((mutant) => !scopes.has(mutant)),
    (policy) => policy,
  );
  return {
    at(tool, request) {
      let whole: Test | undefined;
      return (mutant) => {
        if (scopes.has(mutant)) return ofScopes.at(tool, request)(mutant);
        whole ??= ofWholes.at(tool, request);
        return whole(mutant);
      };
    },
    [Symbol.dispose]() {
      ofScopes[Symbol.dispose]();
      ofWholes[Symbol.dispose]();
    },
  };
}
