/**
 * May this caller use the search tool, and over which tools? No policy can name it. It never finds what the caller's list
 * does not show.
 */
import { type Exchange, recordDecision, type Services } from '../exchange.ts';
import { missingField, missingPermission, toEvaluate } from '../gateway-role.ts';
import { type Call, POLICY_FAILED, visibleTo } from '../policy-attachment.ts';
import { failedEvaluation, withDefaultDenial } from '../policy-denial.ts';
import { callFields } from '../tool-call.ts';
import type { ToolSearch } from '../tool-search.ts';

/** What the gateway's role lacks to have the engine asked which tools the caller sees. */
function missingFor({ gateway }: Exchange, { iam }: Services): string | undefined {
  const { policy, gatewayArn, roleArn } = gateway;
  if (policy?.mode !== 'ENFORCE') return undefined;
  return missingPermission(iam, roleArn, toEvaluate('PartiallyAuthorizeActions', policy.arn, gatewayArn));
}

/** Names that the caller's list shows; undefined when the engine in ENFORCE cannot say. */
function searchable({ gateway, caller }: Exchange, now: number): ReadonlySet<string> | undefined {
  const { policy, tools } = gateway;
  return policy?.mode === 'ENFORCE' ? visibleTo(policy, caller, now) : new Set(tools.keys());
}

/** Whether the search tool is shown to nobody at this gateway. */
export const searchIsDenied = ({ gateway }: Exchange, { behaviour }: Services): boolean =>
  gateway.policy?.mode === 'ENFORCE' && behaviour.searchUnderPolicy === 'denied';

export function authorizeSearch(
  exchange: Exchange,
  services: Services,
  call: Call,
  search: ToolSearch,
): Exchange {
  const fields = { kind: 'authorization', ...callFields(exchange.gateway.tools, call) } as const;
  if (searchIsDenied(exchange, services)) {
    recordDecision(exchange, services, { ...fields, outcome: 'deny', reason: 'search_denied' });
    return withDefaultDenial(exchange, services);
  }
  const missing = missingFor(exchange, services);
  const visible = missing === undefined ? searchable(exchange, services.now()) : undefined;
  if (visible === undefined) {
    const lacking = missingField(missing);
    recordDecision(exchange, services, { ...fields, outcome: 'deny', reason: POLICY_FAILED, ...lacking });
    return failedEvaluation(exchange);
  }
  recordDecision(exchange, services, { ...fields, outcome: 'allow', reason: 'search_over_visible_tools' });
  return { ...exchange, authorizedCall: { tool: search.over(visible), args: call.args } };
}
