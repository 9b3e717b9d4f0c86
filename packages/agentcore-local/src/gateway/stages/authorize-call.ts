/** May this caller call this tool with these arguments? Decides on exactly what the target gets. */
import type { DecisionRecord } from '@secure-agent/contracts';
import {
  type Exchange,
  recordDecision,
  requestOf,
  type Services,
  type Stage,
  withError,
} from '../exchange.ts';
import { missingField, missingPermission, toEvaluate } from '../gateway-role.ts';
import { RPC_CODE } from '../json-rpc.ts';
import { type Call, judgeCall, NOT_EVALUATED, type PolicyAttachment } from '../policy-attachment.ts';
import { policyFields, withDenial } from '../policy-denial.ts';
import { callFields, readCall, shortName } from '../tool-call.ts';
import { SEARCH_TOOL_NAME } from '../tool-search.ts';
import { authorizeSearch } from './authorize-search.ts';

type Deny = (reason: string, fields?: Partial<DecisionRecord>) => void;

/** Lets the call pass, if there is such a tool. Asked only where no engine in ENFORCE hides tools. */
function admit(
  exchange: Exchange,
  services: Services,
  call: Call,
  reason: string,
  fields: Partial<DecisionRecord> = {},
): Exchange {
  const tool = exchange.gateway.tools.get(call.name);
  const kind = 'authorization';
  const all = { ...callFields(exchange.gateway.tools, call), ...fields };
  if (tool === undefined) {
    recordDecision(exchange, services, { kind, outcome: 'deny', reason: 'unknown_tool', ...all });
    const message = `Unknown tool: ${shortName(call.name)}`;
    return withError(exchange, { code: RPC_CODE.invalidParams, message });
  }
  recordDecision(exchange, services, { kind, outcome: 'allow', reason, ...all });
  return { ...exchange, authorizedCall: { tool, args: call.args } };
}

function judge(exchange: Exchange, services: Services, call: Call, policy: PolicyAttachment, deny: Deny) {
  const now = services.now();
  const { gatewayArn, roleArn } = exchange.gateway;
  const asked = toEvaluate('AuthorizeAction', policy.arn, gatewayArn);
  const missing = missingPermission(services.iam, roleArn, asked);
  if (missing !== undefined && policy.mode === 'LOG_ONLY') {
    // As on AWS: nothing is evaluated, and nobody is told (devguide policy-permissions).
    return admit(exchange, services, call, 'policy_not_evaluated', missingField(missing));
  }
  const judgement = missing === undefined ? judgeCall(policy, exchange.caller, call, now) : NOT_EVALUATED;
  const fields = { ...policyFields(exchange, policy, judgement), ...missingField(missing) };
  if (policy.mode === 'LOG_ONLY' || judgement.decision === 'ALLOW') {
    return admit(exchange, services, call, judgement.reason, fields);
  }
  deny(judgement.reason, { ...callFields(exchange.gateway.tools, call), ...fields });
  return withDenial(exchange, services, { policy, call, judgement, now });
}

export const authorizeCall: Stage = (exchange, services) => {
  const deny: Deny = (reason, fields = {}) =>
    recordDecision(exchange, services, { kind: 'authorization', outcome: 'deny', reason, ...fields });
  const call = readCall(requestOf(exchange).params);
  if (!call.ok) {
    deny('invalid_params');
    return withError(exchange, call.error);
  }
  const { policy, search } = exchange.gateway;
  if (search !== undefined && call.value.name === SEARCH_TOOL_NAME) {
    return authorizeSearch(exchange, services, call.value, search);
  }
  return policy === undefined
    ? admit(exchange, services, call.value, 'no_policy_engine')
    : judge(exchange, services, call.value, policy, deny);
};
