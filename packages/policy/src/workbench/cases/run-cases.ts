/** Decides every case with one engine. */
import type { PolicyTool } from '../../schema.ts';
import type { DecisionCase } from '../model/decision-case.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import { engineOf, type Judgement, judge, sameJudgement } from './judge.ts';

/** A case with what the engine says of it. */
export type CaseResult = {
  readonly row: DecisionCase;
  readonly got: Judgement;
  /** Decision and determining policies are as expected, and nothing failed. */
  readonly passed: boolean;
};

/**
 * @param policies - the whole folder: a policy that is left out changes decisions.
 * @param tools - every tool of the gateway.
 * @throws PolicyError where no engine can be made of policies and tools.
 */
export function runCases(
  policies: readonly PolicyFile[],
  tools: readonly PolicyTool[],
  cases: readonly DecisionCase[],
): readonly CaseResult[] {
  using engine = engineOf(policies, tools);
  return cases.map((row) => {
    const got = judge(engine, row);
    return { row, got, passed: sameJudgement(got, { decision: row.expect, by: row.by }) };
  });
}
