/** What a decision says, in AgentCore's own words where it has some (devguide use-gateway-with-policy). */

export type Verdict = 'ALLOW' | 'DENY';

export type Outcome = {
  readonly decision: Verdict;
  readonly reason: string;
  /** Ids of the policies that made Cedar's answer. */
  readonly determiningPolicies: readonly string[];
  /** Ids of policies that could not be evaluated. Cedar and AWS skip them; here one is enough to deny. */
  readonly mismatchedPolicies: readonly string[];
  /** Ids of LOG_ONLY policies that hold for this request. They never change the decision. */
  readonly logOnlyMatches: readonly string[];
  /** Those of them that would turn the answer of Cedar, each alone with the ACTIVE policies (devguide policy-test-a-policy). */
  readonly logOnlyFlips: readonly string[];
  /** The answer of Cedar alone, which skips a policy that errors, a forbid too. */
  readonly awsWouldDecide: Verdict;
};

/** The reasons. `allow`, `inputType`, `inexact`, `mismatch` and `principal` are ours: AWS documents no text. */
export const REASON = {
  allow: (ids: readonly string[]) => `Policy evaluation allowed due to ${ids.join(', ')}`,
  forbid: (ids: readonly string[]) => `Policy evaluation denied due to ${ids.join(', ')}`,
  noPolicy: 'No policy applies to the request (denied by default).',
  tooDeep: 'Cannot determine input entity type',
  inputType: (problem: string) => `Policy evaluation failed: ${problem}.`,
  inexact: 'Policy evaluation failed: an integer of the input is beyond 2^53 and cannot be compared exactly.',
  mismatch: (ids: readonly string[]) => `Policy evaluation failed: ${ids.join(', ')} could not be evaluated.`,
  principal: 'Policy evaluation failed: the token has no usable subject or claims.',
  failed: 'Policy evaluation failed.',
} as const;

/** A refusal before Cedar was asked. */
export const refusal = (reason: string): Outcome => ({
  decision: 'DENY',
  reason,
  determiningPolicies: [],
  mismatchedPolicies: [],
  logOnlyMatches: [],
  logOnlyFlips: [],
  awsWouldDecide: 'DENY',
});
