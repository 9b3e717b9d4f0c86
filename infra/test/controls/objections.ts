/** Who objects to a mutant, and what of it is written down. */
import { CLOSED } from '../../src/doors.ts';
import { findingsOf } from '../../src/rules/index.ts';
import type { RuleTemplate } from '../../src/rules/rule.ts';
import type { Mutant } from './mutants.ts';
import { VARIANTS } from './variants.ts';

/** First rule that a mutant breaks in one of the {@link VARIANTS}; undefined where it keeps them all. */
export function brokenRule(mutant: Mutant, templates: readonly RuleTemplate[]): string | undefined {
  return templates
    .map((template, index) => ({ template, changed: mutant.apply(template), index }))
    .filter(({ template, changed }) => changed !== template)
    .flatMap(({ changed, index }) => {
      const production = VARIANTS[index]?.stage !== undefined;
      return findingsOf(changed, { ...CLOSED, production });
    })
    .map(({ rule }) => rule.id)[0];
}

/** A mutant and who objected first: `rule …` or `file: name of the test`; nobody where it survived. */
export type Verdict = {
  readonly mutant: Pick<Mutant, 'id' | 'property'>;
  readonly objector: string | undefined;
};

/** For each property, its objectors and how many of its mutants each was the first to stop. */
export type Objections = Readonly<Record<string, Readonly<Record<string, number>>>>;

const sorted = <T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
  [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));

/** Sorted, so that two runs write the same. */
export function objectionsOf(verdicts: readonly Verdict[]): Objections {
  const counts = new Map<string, Map<string, number>>();
  for (const { mutant, objector = 'nobody' } of verdicts) {
    const of = counts.get(mutant.property) ?? new Map<string, number>();
    counts.set(mutant.property, of.set(objector, (of.get(objector) ?? 0) + 1));
  }
  return Object.fromEntries(sorted(counts).map(([name, of]) => [name, Object.fromEntries(sorted(of))]));
}
