/** One decision: Cedar's answer, made strict. Cedar skips a policy that errors, a forbid too; here any error denies. */
import {
  type Response,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { CompiledTool, LogOnlySet } from './compile-tool.ts';
import { GATEWAY } from './names.ts';
import { type Outcome, REASON, refusal, type Verdict } from './outcome.ts';
import type { Subject } from './principal.ts';

export type DecisionRequest = {
  readonly principal: Subject;
  /** Full `Target___tool`. */
  readonly tool: string;
  /** The arguments of the call, as JSON gave them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** The gateway's clock, milliseconds since 1970: becomes `context.system.now`. */
  readonly now: number;
};

const verdictOf = ({ decision }: Response): Verdict => (decision === 'allow' ? 'ALLOW' : 'DENY');

/** The strict reading of Cedar's answer. A forbid that holds is reason enough, whatever else could not be evaluated. */
function strictly(
  response: Response,
  inexact: boolean,
): { readonly decision: Verdict; readonly reason: string } {
  const { reason: ids, errors } = response.diagnostics;
  if (response.decision === 'deny' && ids.length > 0) return { decision: 'DENY', reason: REASON.forbid(ids) };
  if (errors.length > 0) {
    return { decision: 'DENY', reason: REASON.mismatch(errors.map(({ policyId }) => policyId)) };
  }
  if (inexact) return { decision: 'DENY', reason: REASON.inexact };
  if (response.decision === 'allow') return { decision: 'ALLOW', reason: REASON.allow(ids) };
  return { decision: 'DENY', reason: REASON.noPolicy };
}

/**
 * Whether one more policy of an effect, were it ACTIVE, would turn Cedar's answer: a forbid turns every ALLOW, a permit
 * only the default DENY, as a forbid wins over it.
 */
const flips = (effect: LogOnlySet['effect'], { decision, diagnostics }: Response): boolean =>
  effect === 'forbid' ? decision === 'allow' : decision === 'deny' && diagnostics.reason.length === 0;

/** Each LOG_ONLY policy alone with all ACTIVE ones (devguide policy-test-a-policy). */
function logOnly(
  { logOnly: sets }: CompiledTool,
  call: StatefulAuthorizationCall,
  response: Response,
): Pick<Outcome, 'logOnlyMatches' | 'logOnlyFlips'> {
  const matches = sets.map(({ effect, slot }) => {
    const answer = statefulIsAuthorized({ ...call, preparsedPolicySetId: slot.name });
    return { effect, ids: answer.type === 'success' ? answer.response.diagnostics.reason : [] };
  });
  return {
    logOnlyMatches: matches.flatMap(({ ids }) => ids).toSorted(),
    logOnlyFlips: matches.flatMap(({ effect, ids }) => (flips(effect, response) ? ids : [])).toSorted(),
  };
}

function evaluate(tool: CompiledTool, call: StatefulAuthorizationCall, inexact: boolean): Outcome {
  const answer = statefulIsAuthorized(call);
  // The request is none that Cedar can read, so no policy was evaluated. That AWS denies here is an assumption.
  if (answer.type === 'failure') return refusal(REASON.failed);
  const { diagnostics } = answer.response;
  return {
    ...strictly(answer.response, inexact),
    determiningPolicies: diagnostics.reason.toSorted(),
    mismatchedPolicies: diagnostics.errors.map(({ policyId }) => policyId).toSorted(),
    ...logOnly(tool, call, answer.response),
    awsWouldDecide: verdictOf(answer.response),
  };
}

/** Decides about a known tool. Never throws for what a caller sent. */
export function decideTool(tool: CompiledTool, gatewayArn: string, request: DecisionRequest): Outcome {
  const principal = tool.principalOf(request.principal);
  if (!principal.ok) return refusal(REASON.principal);
  const encoded = tool.encodeInput(request.args);
  if (!encoded.ok) return refusal(encoded.error);
  const call = {
    principal: principal.value.uid,
    action: tool.action,
    resource: { type: GATEWAY, id: gatewayArn },
    ...tool.give(principal.value, encoded.value.input, request.now),
    preparsedPolicySetId: tool.active.name,
  };
  return evaluate(tool, call, encoded.value.inexact);
}
