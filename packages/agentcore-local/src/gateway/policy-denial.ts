/** A policy denial on the wire. AWS documents one form and answers with another, so both exist here. */

import type { DecisionRecord } from '@secure-agent/contracts';
import { REASON } from '@secure-agent/policy';
import { argumentsProblemText } from './arguments-check.ts';
import { principalField } from './caller.ts';
import { type Exchange, type Services, withError, withToolError } from './exchange.ts';
import { RPC_CODE } from './json-rpc.ts';
import {
  type Call,
  type Judgement,
  POLICY_FAILED,
  type PolicyAttachment,
  visibleTo,
} from './policy-attachment.ts';

export const POLICY_FAILED_TEXT = `InternalServerException - ${POLICY_FAILED}`;

const FORBIDDEN = REASON.forbid([]);

/** Reasons that AWS documents. They are told as they are, about a hidden tool too. */
const isDocumented = (reason: string): boolean => reason === REASON.noPolicy || reason.startsWith(FORBIDDEN);

function withReason(exchange: Exchange, { behaviour }: Services, reason: string): Exchange {
  const text = `Tool Execution Denied: Tool call not allowed due to policy enforcement [${reason}]`;
  return behaviour.denialForm === 'error'
    ? withError(exchange, { code: RPC_CODE.policyDenial, message: text })
    : withToolError(exchange, `AuthorizeActionException - ${text}`);
}

/** Answers a call that no policy allows. */
export const withDefaultDenial = (exchange: Exchange, services: Services): Exchange =>
  withReason(exchange, services, REASON.noPolicy);

/** Answers a call that the engine could not be asked about. */
export const failedEvaluation = (exchange: Exchange): Exchange => withToolError(exchange, POLICY_FAILED_TEXT);

/** What a denied caller is told about the call. The decision log has the true reason. */
export type Denied = {
  readonly policy: PolicyAttachment;
  readonly call: Call;
  readonly judgement: Judgement;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/**
 * Answers a denied call.
 * A call that the engine could not evaluate is denied for a reason of its own. About a tool that is hidden from the
 * caller that reason would tell that the tool exists, so it becomes the one for a tool that does not. A caller who sees
 * the tool is told what is wrong with the arguments, as the argument check would have said.
 */
export function withDenial(
  exchange: Exchange,
  services: Services,
  { policy, call, judgement, now }: Denied,
): Exchange {
  const { failed, reason } = judgement;
  if (failed) return failedEvaluation(exchange);
  if (isDocumented(reason)) return withReason(exchange, services, reason);
  const visible = visibleTo(policy, exchange.caller, now)?.has(call.name) === true;
  if (!visible) return withDefaultDenial(exchange, services);
  const problems = exchange.gateway.tools.get(call.name)?.checkArguments(call.args) ?? [];
  return problems.length === 0
    ? withReason(exchange, services, reason)
    : withToolError(exchange, argumentsProblemText(problems));
}

/** What the decision log says of the engine's verdict, in the names of AgentCore's spans. */
export const policyFields = (
  { caller, gateway }: Exchange,
  { arn, mode }: PolicyAttachment,
  judgement: Judgement,
): Partial<DecisionRecord> => ({
  ...principalField(caller),
  'aws.agentcore.gateway.policy.arn': arn,
  'aws.agentcore.gateway.policy.mode': mode,
  'aws.agentcore.policy.authorization_decision': judgement.decision,
  'aws.agentcore.policy.authorization_reason': judgement.reason,
  'aws.agentcore.policy.determining_policies': [...judgement.determiningPolicies],
  'aws.agentcore.policy.mismatched_policies': [...judgement.mismatchedPolicies],
  'aws.agentcore.policy.log_only_matched_policies': [...judgement.logOnlyMatches],
  'aws.agentcore.policy.log_only_decision_flipping_policies': [...judgement.logOnlyFlips],
  'aws.agentcore.policy.target_resource.id': gateway.gatewayId,
  ...(judgement.awsWouldDecide === judgement.decision
    ? {}
    : { 'local.aws_would_decide': judgement.awsWouldDecide }),
});
