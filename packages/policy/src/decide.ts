/** One decision: Cedar's answer, made strict. Cedar skips a policy that errors, a forbid too; here any error denies. */
import {
  type Response,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import type { CompiledTool } from './compile-tool.ts';
import { systemAt } from './listing.ts';
import { GATEWAY } from './names.ts';
import { type Outcome, REASON, refusal, type Verdict } from './outcome.ts';
import { principalOf, type Subject } from './principal.ts';

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

function logOnlyMatches(tool: CompiledTool, call: StatefulAuthorizationCall): readonly string[] {
  if (tool.logOnly === undefined) return [];
  const answer = statefulIsAuthorized({ ...call, preparsedPolicySetId: tool.logOnly.name });
  return answer.type === 'success' ? answer.response.diagnostics.reason.toSorted() : [];
}

function evaluate(tool: CompiledTool, call: StatefulAuthorizationCall, inexact: boolean): Outcome {
  const answer = statefulIsAuthorized(call);
  // The request does not fit the schema, so no policy was evaluated. That AWS denies here is an assumption.
  if (answer.type === 'failure') return refusal(REASON.failed);
  const { diagnostics } = answer.response;
  return {
    ...strictly(answer.response, inexact),
    determiningPolicies: diagnostics.reason.toSorted(),
    mismatchedPolicies: diagnostics.errors.map(({ policyId }) => policyId).toSorted(),
    logOnlyMatches: logOnlyMatches(tool, call),
    awsWouldDecide: verdictOf(answer.response),
  };
}

/** Decides about a known tool. Never throws for what a caller sent. */
export function decideTool(tool: CompiledTool, gatewayArn: string, request: DecisionRequest): Outcome {
  const principal = principalOf(request.principal);
  if (!principal.ok) return refusal(REASON.principal);
  const encoded = tool.encodeInput(request.args);
  if (!encoded.ok) return refusal(encoded.error);
  const call = {
    principal: principal.value.uid,
    action: tool.action,
    resource: { type: GATEWAY, id: gatewayArn },
    context: { input: encoded.value.input, system: systemAt(request.now) },
    entities: [principal.value],
    preparsedPolicySetId: tool.active.name,
    preparsedSchemaName: tool.active.name,
    // The encoder has typed the input; Cedar checks it again, and that nothing required is missing.
    validateRequest: true,
  };
  return evaluate(tool, call, encoded.value.inexact);
}
