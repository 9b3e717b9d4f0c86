/** Who objects to a mutant, and what of it is written down. */
import { CLOSED } from '../../src/doors.ts';
import { findingsOf } from '../../src/rules/index.ts';
import { ruleTemplate } from '../../src/rules/rule.ts';
import type { Assertable } from '../support/synthesized.ts';
import type { Mutant } from './mutants.ts';
import { VARIANTS } from './variants.ts';

/** First rule that a mutant breaks in one of the {@link VARIANTS}; undefined where it keeps them all. */
export function brokenRule(mutant: Mutant, templates: readonly Assertable[]): string | undefined {
  return templates
    .map((template, index) => ({ template, changed: mutant.apply(template), index }))
    .filter(({ template, changed }) => changed !== template)
    .flatMap(({ changed, index }) => {
      const production = VARIANTS[index]?.stage !== undefined;
      return findingsOf(ruleTemplate.parse(changed), { ...CLOSED, production });
    })
    .map(({ rule }) => rule.id)[0];
}

/** Objectors of one property's mutants, and how many each was the first to stop: `rule …` or `file: name of the test`. */
export type Objections = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A mutant and who objected first. */
export type Verdict = { readonly mutant: Mutant; readonly objector: string | undefined };

export const SURVIVED = 'nobody';

/** Sorted, so that two runs write the same. */
export function summaryOf(verdicts: readonly Verdict[]): Objections {
  const counts = new Map<string, Map<string, number>>();
  for (const { mutant, objector = SURVIVED } of verdicts) {
    const of = counts.get(mutant.property) ?? new Map<string, number>();
    counts.set(mutant.property, of.set(objector, (of.get(objector) ?? 0) + 1));
  }
  const sorted = <T>(map: Map<string, T>) => [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted(counts).map(([name, of]) => [name, Object.fromEntries(sorted(of))]));
}
