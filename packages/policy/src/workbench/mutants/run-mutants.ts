/** Would the cases notice a mistake in a policy? Each mutant is decided over them; who survives must be equivalent. */
import type { PolicyTool } from '../../schema.ts';
import { type Judgement, sameJudgement } from '../cases/judge.ts';
import type { DecisionCase } from '../model/decision-case.ts';
import type { Domain, Probe } from '../model/domain.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { type Difference, type Differences, firstDifferences } from './first-differences.ts';
import { type Mutant, mutantsOf } from './mutants-of.ts';
import { isOfWhomOrWhere, type PlacedMutant, place } from './mutated-set.ts';

/** A mutant that no case sees, and a request that tells it from its original. */
export type Survivor = { readonly mutant: Mutant; readonly witness: Difference<Probe> };

/** What became of every mutant. */
export type MutantReport = {
  readonly total: number;
  /** Mutants by the policy they are made from. */
  readonly made: ReadonlyMap<string, number>;
  readonly killed: number;
  /** No case sees them, and they decide nothing of the domain otherwise. */
  readonly equivalent: readonly Mutant[];
  /** No case sees them, and here is one that would. */
  readonly survivors: readonly Survivor[];
  /** Sentences: mutants that could not be made. */
  readonly skipped: readonly string[];
  /** The declared domain of the policies. */
  readonly domain: Walked;
  /**
   * The domain of the policies and of those equivalent mutants that ask something else than their originals, or ask it of
   * more tools: boundary values that no policy has are in it. Absent where there is no such mutant.
   */
  readonly widened?: Walked;
};

/** Size of a domain, the requests that were looked at, and what is not in it. */
export type Walked = Pick<Domain, 'size' | 'unexplored'> & { readonly walked: number };

/** A policy set with its cases. */
type MutantOptions = {
  readonly policies: readonly PolicyFile[];
  readonly tools: readonly PolicyTool[];
  readonly cases: readonly DecisionCase[];
  /** Makes the declared domain of policies, with the tools and roles of the set. */
  readonly domainOf: (policies: readonly PolicyFile[]) => Domain;
  /** Told now and then what is being done: `480 mutants: case 100 of 250`. */
  readonly onProgress?: ((doing: string) => void) | undefined;
};

const decidesOtherwise = (one: Judgement, other: Judgement): boolean =>
  one.decision !== other.decision || (one.failed === undefined) !== (other.failed === undefined);

/** Mutants that no case sees: each has the same decisions, the same determining policies, and nothing that fails. */
function unkilled(mutants: readonly PlacedMutant[], options: MutantOptions): readonly PlacedMutant[] {
  const { cases, onProgress } = options;
  const { found } = firstDifferences(mutants, options, {
    requests: cases,
    differs: (original, mutated) => !sameJudgement(original, mutated),
    onRequest: (walked) => onProgress?.(`${mutants.length} mutants: case ${walked} of ${cases.length}`),
  });
  return mutants.filter((mutant) => !found.has(mutant));
}

type Judged = {
  readonly found: Differences<Probe>['found'];
  readonly walked: Walked;
};

/** Mutants against a domain: one that a person could tell from its original by a decision is found. */
function inDomain(mutants: readonly PlacedMutant[], domain: Domain, options: MutantOptions): Judged {
  const { size, unexplored } = domain;
  const { found, walked } = firstDifferences(mutants, options, {
    requests: domain.probes(),
    differs: decidesOtherwise,
    onRequest: (seen) => options.onProgress?.(`${mutants.length} survivors: request ${seen} of ${size}`),
  });
  return { found, walked: { size, unexplored, walked } };
}

function fileOf({ original, mutated }: PlacedMutant): readonly PolicyFile[] {
  if (mutated === undefined) return [];
  return [{ ...original, ...mutated, effect: mutated.policy.effect }];
}

/**
 * Mutants that ask what their originals do not ask, or ask it of other tools: the boundary values of the policies are not
 * theirs, so they are looked at once more in a domain that has both.
 */
function inWidenedDomain(mutants: readonly PlacedMutant[], options: MutantOptions): Judged | undefined {
  const asking = mutants.filter((mutant) => mutant.mutated !== undefined && !isOfWhomOrWhere(mutant));
  if (asking.length === 0) return undefined;
  return inDomain(asking, options.domainOf([...options.policies, ...asking.flatMap(fileOf)]), options);
}

/**
 * Runs every mutant of every policy.
 * @param options.cases - those of a set that passes: a mutant is killed by a decision that differs from the original's.
 */
export function runMutants(options: MutantOptions): MutantReport {
  const { policies, tools } = options;
  const made = policies.map((file) => ({ file, ...mutantsOf(file) }));
  const placed = made.flatMap(({ file, mutants }) => mutants.map((mutant) => place(mutant, file, tools)));
  const left = unkilled(placed, options);
  const declared = inDomain(left, options.domainOf(policies), options);
  const alike = left.filter((mutant) => !declared.found.has(mutant));
  const widened = inWidenedDomain(alike, options);
  const witnessOf = (mutant: PlacedMutant) => declared.found.get(mutant) ?? widened?.found.get(mutant);
  return {
    total: placed.length,
    made: new Map(made.map(({ file, mutants }) => [file.name, mutants.length])),
    killed: placed.length - left.length,
    equivalent: left.filter((mutant) => witnessOf(mutant) === undefined),
    survivors: left.flatMap((mutant) => {
      const witness = witnessOf(mutant);
      return witness === undefined ? [] : [{ mutant, witness }];
    }),
    skipped: made.flatMap(({ skipped }) => skipped),
    domain: declared.walked,
    ...(widened === undefined ? {} : { widened: widened.walked }),
  };
}
