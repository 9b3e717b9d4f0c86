/** What the product's own engine says of a request, in the words of a decision table. */
import { createPolicyEngine, type PolicyEngine } from '../../engine.ts';
import { type Outcome, REASON } from '../../outcome.ts';
import type { PolicyTool } from '../../schema.ts';
import type { DecisionCase } from '../model/decision-case.ts';
import { WORKBENCH_GATEWAY } from '../model/policy-file.ts';

/** A decision, and why. */
export type Judgement = {
  readonly decision: 'allow' | 'deny';
  /** Names of the determining policies, sorted. */
  readonly by: readonly string[];
  /**
   * Why the decision is not one of the policies alone: one of them could not be evaluated, or the input is none that the
   * tool takes. Such a call is denied, and proves nothing of the policies.
   */
  readonly failed?: string;
};

/** A case, or a request of the domain. */
export type Request = Pick<DecisionCase, 'subject' | 'tool' | 'input' | 'now'>;

/** A policy as an engine takes it. */
export type NamedStatement = { readonly name: string; readonly statement: string };

/** An engine whose policies are ACTIVE and have the names of their files. The caller disposes it. */
export const engineOf = (policies: readonly NamedStatement[], tools: readonly PolicyTool[]): PolicyEngine =>
  createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    policies: policies.map(({ name, statement }) => ({ id: name, statement, enforcementMode: 'ACTIVE' })),
    tools,
  });

function failureOf({ reason, determiningPolicies: ids, mismatchedPolicies }: Outcome): string | undefined {
  if (mismatchedPolicies.length > 0) return REASON.mismatch(mismatchedPolicies);
  const decided =
    ids.length === 0 ? reason === REASON.noPolicy : !reason.startsWith(REASON.failed.slice(0, -1));
  return decided ? undefined : reason;
}

/** Decides one request. */
export function judge(
  engine: Pick<PolicyEngine, 'decide'>,
  { subject, tool, input, now }: Request,
): Judgement {
  const outcome = engine.decide({ principal: subject, tool, args: input, now });
  const failed = failureOf(outcome);
  return {
    decision: outcome.decision === 'ALLOW' ? 'allow' : 'deny',
    by: outcome.determiningPolicies,
    ...(failed === undefined ? {} : { failed }),
  };
}

/** Whether decision, determining policies and failure are the same. */
export const sameJudgement = (one: Judgement, other: Judgement): boolean =>
  one.decision === other.decision && one.failed === other.failed && sameNames(one.by, other.by);

const sameNames = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, index) => name === other[index]);
