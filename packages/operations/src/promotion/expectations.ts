/** What the decision cases say of each role and tool, for comparison with what a gateway decided. */
import type { DecisionCase, Role } from '@secure-agent/policy/workbench';

export type Verdict = 'ALLOW' | 'DENY';

/** A decision as a case has it. */
export type ExpectedOutcome = {
  readonly verdict: Verdict;
  /** Names of the determining policies, sorted; empty: no policy applies. */
  readonly by: readonly string[];
};

/** One role at one tool. A log has no input, so every outcome that some input has in the cases is expected. */
export type Expectation = {
  readonly tool: string;
  /** A group of people, or `machine:<role>`. */
  readonly role: string;
  /** Without repetition. */
  readonly outcomes: readonly ExpectedOutcome[];
};

/** A log knows people by their group: who is in it is not in the cases. */
const titleOf = (role: Role): string => (role.kind === 'person' ? role.title : role.name);

/** A case that changes a claim speaks of another caller than the role's own. */
const isOwn = (one: DecisionCase, role: Role): boolean =>
  JSON.stringify(one.subject) === JSON.stringify(role.subject);

const outcomeOf = ({ expect, by }: DecisionCase): ExpectedOutcome => ({
  verdict: expect === 'allow' ? 'ALLOW' : 'DENY',
  by: by.toSorted(),
});

/** Whether two outcomes are one: the same verdict by the same policies. */
export const sameOutcome = (one: ExpectedOutcome, other: ExpectedOutcome): boolean =>
  one.verdict === other.verdict && one.by.join(' ') === other.by.join(' ');

const withOutcome = (all: readonly ExpectedOutcome[], one: ExpectedOutcome): readonly ExpectedOutcome[] =>
  all.some((other) => sameOutcome(one, other)) ? all : [...all, one];

/** A case about a role as it is: somebody can make that call. */
export type OwnCase = DecisionCase & {
  /** A group of people, or `machine:<role>`. */
  readonly role: string;
};

/** The cases about nobody else than the roles: one that changes a claim is about a token that nobody of the role has. */
export function ownCases(cases: readonly DecisionCase[], roles: readonly Role[]): readonly OwnCase[] {
  return cases.flatMap((one) => {
    const role = roles.find(({ name }) => name === one.who);
    return role === undefined || !isOwn(one, role) ? [] : [{ ...one, role: titleOf(role) }];
  });
}

/**
 * Gathers the cases about the roles as they are by role and tool.
 * @returns sorted by tool, then role.
 */
export function expectationsOf(
  cases: readonly DecisionCase[],
  roles: readonly Role[],
): readonly Expectation[] {
  const cells = new Map<string, Expectation>();
  for (const one of ownCases(cases, roles)) {
    const { tool, role } = one;
    const key = `${tool} ${role}`;
    const cell = cells.get(key) ?? { tool, role, outcomes: [] };
    cells.set(key, { ...cell, outcomes: withOutcome(cell.outcomes, outcomeOf(one)) });
  }
  return [...cells].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);
}
