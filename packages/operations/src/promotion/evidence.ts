/**
 * Judges the decisions that a gateway logged: whether they are evidence enough that its policies say what the cases say.
 * Pure. A decision that no case speaks of is expected to be a denial.
 */
import type { Promotion } from '@secure-agent/contracts';
import type { Decision } from './decision.ts';
import { type Expectation, type ExpectedOutcome, sameOutcome } from './expectations.ts';

export type Override = { readonly tool: string; readonly role: string; readonly reason: string };

export type EvidenceQuestion = {
  readonly decisions: readonly Decision[];
  readonly gatewayArn: string;
  readonly engineArn: string;
  /** The engine's policies now: id to name. */
  readonly policies: ReadonlyMap<string, string>;
  /** The newest change of a policy or a target, or later. */
  readonly since: Date;
  readonly expectations: readonly Expectation[];
  /** The role of a caller; undefined for nobody's. */
  readonly roleOf: (decision: Decision) => string | undefined;
  readonly overrides: readonly Override[];
};

export const REFUSAL_CODES = [
  'evidence_missing',
  'forbid_log_only',
  'no_cases',
  'not_evaluated',
  'override_unknown',
  'policy_differs',
  'policy_mismatch',
  'policy_missing',
  'policy_not_active',
  'policy_unknown',
  'unexpected_allow',
  'unexpected_deny',
] as const;
/** Why a promotion is refused. */
export type Refusal = { readonly code: (typeof REFUSAL_CODES)[number]; readonly message: string };

/** Entries that are no evidence, by why. */
export type Rejected = {
  /** Of another gateway. */
  readonly gateway: number;
  /** Of another engine, or of none. */
  readonly engine: number;
  readonly request_id: number;
  /** Before the newest change of a policy or a target. */
  readonly time: number;
  /** Determined by a policy that is gone. */
  readonly policy: number;
};

export type Judged = {
  readonly evidence: Promotion['evidence'];
  readonly rejected: Rejected;
  readonly refusals: readonly Refusal[];
};

function rejection(one: Decision, asked: EvidenceQuestion): keyof Rejected | undefined {
  if (one.requestId.trim() === '') return 'request_id';
  if (one.gatewayArn !== asked.gatewayArn) return 'gateway';
  if (one.engineArn !== asked.engineArn) return 'engine';
  // The same moment may be either side of the change.
  if (!(Date.parse(one.time) > asked.since.getTime())) return 'time';
  const known = (id: string): boolean => asked.policies.has(id);
  return [...one.determiningPolicies, ...one.mismatchedPolicies].every(known) ? undefined : 'policy';
}

function sift(asked: EvidenceQuestion): { accepted: readonly Decision[]; rejected: Rejected } {
  const rejected = { gateway: 0, engine: 0, request_id: 0, time: 0, policy: 0 };
  const accepted = asked.decisions.filter((one) => {
    const why = rejection(one, asked);
    if (why !== undefined) rejected[why] += 1;
    return why === undefined;
  });
  return { accepted: accepted.toSorted((a, b) => (a.time < b.time ? -1 : 1)), rejected };
}

/** Of a caller whom nobody knows. */
const UNKNOWN_ROLE = 'unknown';

type Seen = Decision & { readonly role: string };

/** Where no case speaks of a caller and a tool, nothing may be allowed; whoever denies it. */
function isExpected(outcome: ExpectedOutcome, { tool, role }: Seen, expectations: readonly Expectation[]) {
  const cell = expectations.find((one) => one.tool === tool && one.role === role);
  if (cell === undefined) return outcome.verdict === 'DENY';
  return cell.outcomes.some((one) => sameOutcome(one, outcome));
}

const about = ({ tool, role, requestId }: Seen): string =>
  `${role} at ${tool ?? 'no tool'} (request ${requestId})`;

function refusalOf(one: Seen, { expectations, policies }: EvidenceQuestion): Refusal | undefined {
  if (one.mismatchedPolicies.length > 0) {
    const failed = one.mismatchedPolicies.join(', ');
    return { code: 'policy_mismatch', message: `${failed} could not be evaluated for ${about(one)}.` };
  }
  if (one.verdict === undefined) {
    return { code: 'not_evaluated', message: `No policy was evaluated for ${about(one)}.` };
  }
  const by = one.determiningPolicies.map((id) => policies.get(id) ?? id).toSorted();
  if (isExpected({ verdict: one.verdict, by }, one, expectations)) return undefined;
  const whom = `${about(one)}, by ${by.join(', ') || 'default'}`;
  return one.verdict === 'ALLOW'
    ? { code: 'unexpected_allow', message: `The policies allow ${whom}; no case does.` }
    : { code: 'unexpected_deny', message: `The policies deny ${whom}; no case does.` };
}

/** One refusal for each code and cell: a thousand calls of one kind are one thing to mend. */
function distinct(found: readonly (readonly [Seen, Refusal])[]): readonly Refusal[] {
  const first = new Map<string, Refusal>();
  for (const [{ tool, role }, refusal] of found) {
    const key = JSON.stringify([refusal.code, tool, role]);
    if (!first.has(key)) first.set(key, refusal);
  }
  return [...first.values()];
}

type Counts = Promotion['evidence']['decisions'];

function countsOf(seen: readonly Seen[]): Counts {
  const tools = new Map<string, Map<string, { allow: number; deny: number }>>();
  for (const { tool = '', role, verdict } of seen) {
    const roles = tools.get(tool) ?? new Map();
    const count = roles.get(role) ?? { allow: 0, deny: 0 };
    if (verdict === 'ALLOW') count.allow += 1;
    if (verdict === 'DENY') count.deny += 1;
    tools.set(tool, roles.set(role, count));
  }
  return Object.fromEntries([...tools].map(([tool, roles]) => [tool, Object.fromEntries(roles)]));
}

const isSame = (one: { tool: string; role: string }, other: { tool?: string | undefined; role: string }) =>
  one.tool === other.tool && one.role === other.role;

/** A cell that some case allows needs a decision that allowed: denials alone could be those of a policy that never holds. */
function isSeen(cell: Expectation, seen: readonly Seen[]): boolean {
  const allowed = cell.outcomes.some(({ verdict }) => verdict === 'ALLOW');
  return seen.some((one) => isSame(cell, one) && (!allowed || one.verdict === 'ALLOW'));
}

function missingOf({ tool, role, outcomes }: Expectation): Refusal {
  const kind = outcomes.some(({ verdict }) => verdict === 'ALLOW') ? 'allowed decision' : 'decision';
  const typed = `--override "${tool}:${role}"`;
  return {
    code: 'evidence_missing',
    message: `No ${kind} about ${role} at ${tool}. Make that call, or ${typed} with a --reason.`,
  };
}

function gaps({ expectations, overrides }: EvidenceQuestion, seen: readonly Seen[]): readonly Refusal[] {
  const missing = expectations
    .filter((cell) => !isSeen(cell, seen))
    .filter((cell) => !overrides.some((one) => isSame(one, cell)))
    .map(missingOf);
  const strange = overrides
    .filter((one) => !expectations.some((cell) => isSame(one, cell)))
    .map(({ tool, role }): Refusal => {
      const message = `--override "${tool}:${role}": no case has that tool and role.`;
      return { code: 'override_unknown', message };
    });
  return [...missing, ...strange];
}

const sightingOf = (one: Decision | undefined) =>
  one === undefined ? undefined : { request_id: one.requestId, time: one.time };

function summaryOf(asked: EvidenceQuestion, seen: readonly Seen[]): Promotion['evidence'] {
  const [first, last] = [sightingOf(seen[0]), sightingOf(seen.at(-1))];
  return {
    since: asked.since.toISOString(),
    total: seen.length,
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
    decisions: countsOf(seen),
    overrides: asked.overrides.map((one) => ({ ...one })),
  };
}

/** Judges. Without cases nothing can be compared, so that is refused too. */
export function judgeEvidence(asked: EvidenceQuestion): Judged {
  const { accepted, rejected } = sift(asked);
  const seen = accepted.map((one): Seen => ({ ...one, role: asked.roleOf(one) ?? UNKNOWN_ROLE }));
  const found = seen.flatMap((one) => {
    const refusal = refusalOf(one, asked);
    return refusal === undefined ? [] : [[one, refusal] as const];
  });
  const empty: readonly Refusal[] =
    asked.expectations.length > 0
      ? []
      : [{ code: 'no_cases', message: 'policies/cases has no case to compare the decisions with.' }];
  return {
    evidence: summaryOf(asked, seen),
    rejected,
    refusals: [...empty, ...distinct(found), ...gaps(asked, seen)],
  };
}
