/** One decision of a policy engine about one call, as far as a promotion needs it: the same from every log. */

export type Decision = {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly requestId: string;
  readonly gatewayArn: string | undefined;
  readonly engineArn: string | undefined;
  /** Full `Target___tool`. */
  readonly tool: string | undefined;
  /** Issuer of the token, where the log has it. */
  readonly iss: string | undefined;
  readonly sub: string | undefined;
  /** Undefined where the engine was not asked, or could not say. */
  readonly verdict: 'ALLOW' | 'DENY' | undefined;
  readonly determiningPolicies: readonly string[];
  readonly mismatchedPolicies: readonly string[];
};

/** Where decisions are read. */
export type DecisionSource = {
  /** Every decision about a call since a moment; in no order. */
  since(moment: Date): Promise<readonly Decision[]>;
};

/** The reason of a decision that was none: the engine could not be asked (devguide policy-permissions). */
const FAILED = /Policy evaluation failed/;

/** A verdict that an engine gave. */
export const verdictOf = (
  decision: string | undefined,
  reason: string | undefined,
): 'ALLOW' | 'DENY' | undefined => {
  if (reason !== undefined && FAILED.test(reason)) return undefined;
  return decision === 'ALLOW' || decision === 'DENY' ? decision : undefined;
};
