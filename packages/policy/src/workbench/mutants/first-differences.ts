/** For each mutant the first request that the product's own engine decides otherwise. All mutants in one walk. */
import type { PolicyEngine } from '../../engine.ts';
import type { PolicyTool } from '../../schema.ts';
import { engineOf, type Judgement, judge, type Request } from '../cases/judge.ts';
import { MutatedSets, type PlacedMutant, type PolicySet } from './mutated-set.ts';
import { createStatuses, type Statuses } from './status.ts';

/** A request that tells a mutant from its original. */
export type Difference<R extends Request> = {
  readonly request: R;
  readonly original: Judgement;
  readonly mutated: Judgement;
};

/** Which requests, and what counts as a difference. */
export type Question<R extends Request> = {
  readonly requests: Iterable<R>;
  readonly differs: (original: Judgement, mutated: Judgement) => boolean;
  /** Told now and then how many requests were walked. */
  readonly onRequest?: ((walked: number) => void) | undefined;
};

/** The answer. */
export type Differences<R extends Request> = {
  /** Mutants without an entry decide every request as their original does. */
  readonly found: ReadonlyMap<PlacedMutant, Difference<R>>;
  readonly walked: number;
};

/** How often progress is told. */
const STRIDE = 100;

class Walk<R extends Request> implements Disposable {
  readonly found = new Map<PlacedMutant, Difference<R>>();
  readonly open: Set<PlacedMutant>;
  readonly #differs: Question<R>['differs'];
  readonly #tools: ReadonlyMap<string, PolicyTool>;
  readonly #base: PolicyEngine;
  readonly #statuses: Statuses;
  readonly #sets: MutatedSets;

  constructor(mutants: readonly PlacedMutant[], set: PolicySet, differs: Question<R>['differs']) {
    this.open = new Set(mutants);
    this.#differs = differs;
    this.#tools = new Map(set.tools.map((tool) => [tool.name, tool]));
    this.#base = engineOf(set.policies, set.tools);
    this.#statuses = createStatuses(mutants);
    this.#sets = new MutatedSets(set.policies);
  }

  visit(request: R): void {
    const tool = this.#tools.get(request.tool);
    const about = [...this.open].filter(({ tools }) => tools.has(request.tool));
    if (tool === undefined || about.length === 0) return;
    const candidates = about.filter(this.#statuses.at(tool, request));
    if (candidates.length === 0) return;
    const original = judge(this.#base, request);
    for (const mutant of candidates) {
      const mutated = judge(this.#sets.of(mutant, tool), request);
      if (this.#differs(original, mutated)) this.#note(mutant, { request, original, mutated });
    }
  }

  /** Where the original fails no case can be written: the mutant stays open for a request where it does not. */
  #note(mutant: PlacedMutant, difference: Difference<R>): void {
    const isClean = difference.original.failed === undefined;
    if (isClean || !this.found.has(mutant)) this.found.set(mutant, difference);
    if (!isClean) return;
    this.open.delete(mutant);
    this.#sets.release(mutant);
  }

  [Symbol.dispose](): void {
    this.#base.dispose();
    this.#statuses[Symbol.dispose]();
    this.#sets[Symbol.dispose]();
  }
}

/** Walks the requests until every mutant has a difference or they end. */
export function firstDifferences<R extends Request>(
  mutants: readonly PlacedMutant[],
  set: PolicySet,
  { requests, differs, onRequest }: Question<R>,
): Differences<R> {
  using walk = new Walk<R>(mutants, set, differs);
  let walked = 0;
  for (const request of mutants.length === 0 ? [] : requests) {
    walk.visit(request);
    walked += 1;
    if (walked % STRIDE === 0) onRequest?.(walked);
    if (walk.open.size === 0) break;
  }
  return { found: walk.found, walked };
}
