/** Which tools may this caller see? In ENFORCE those that some call could be allowed for; in LOG_ONLY all. */
import type { DecisionRecord } from '@secure-agent/contracts';
import { principalField } from '../caller.ts';
import { type Exchange, recordDecision, type Services, type Stage, withError } from '../exchange.ts';
import { missingField, missingPermission, toEvaluate } from '../gateway-role.ts';
import { RPC_CODE } from '../json-rpc.ts';
import { type PolicyAttachment, visibleTo } from '../policy-attachment.ts';
import { POLICY_FAILED_TEXT } from '../policy-denial.ts';
import type { GatewayTool } from '../targets/tool-target.ts';
import { searchIsDenied } from './authorize-search.ts';

const policyFields = (
  { caller, gateway }: Exchange,
  { arn, mode }: PolicyAttachment,
  allowed: readonly string[],
  denied: readonly string[],
): Partial<DecisionRecord> => ({
  ...principalField(caller),
  'aws.agentcore.policy.target_resource.id': gateway.gatewayId,
  'aws.agentcore.gateway.policy.arn': arn,
  'aws.agentcore.gateway.policy.mode': mode,
  'aws.agentcore.policy.allowed_tools': [...allowed],
  'aws.agentcore.policy.denied_tools': [...denied],
});

/** The search tool comes first (devguide gateway-using-mcp-list). */
function showing(exchange: Exchange, services: Services, tools: readonly GatewayTool[]): Exchange {
  const { search } = exchange.gateway;
  if (search === undefined || searchIsDenied(exchange, services)) return { ...exchange, visibleTools: tools };
  return { ...exchange, visibleTools: [search, ...tools] };
}

function judge(exchange: Exchange, services: Services, policy: PolicyAttachment): Exchange {
  const tools = [...exchange.gateway.tools.values()];
  const { gatewayArn, roleArn } = exchange.gateway;
  const asked = toEvaluate('PartiallyAuthorizeActions', policy.arn, gatewayArn);
  const missing = missingPermission(services.iam, roleArn, asked);
  const visible = missing === undefined ? visibleTo(policy, exchange.caller, services.now()) : undefined;
  const isVisible = ({ name }: { readonly name: string }) => visible?.has(name) === true;
  const allowed = tools.filter(isVisible);
  const fields = policyFields(
    exchange,
    policy,
    allowed.map(({ name }) => name),
    tools.filter((tool) => !isVisible(tool)).map(({ name }) => name),
  );
  const reason = visible === undefined ? 'policy_evaluation_failed' : 'listed';
  const enforced = policy.mode === 'ENFORCE';
  const outcome = enforced && visible === undefined ? 'deny' : 'allow';
  recordDecision(exchange, services, {
    kind: 'listing',
    outcome,
    reason,
    ...fields,
    ...missingField(missing),
  });
  return outcome === 'deny'
    ? withError(exchange, { code: RPC_CODE.internalError, message: POLICY_FAILED_TEXT })
    : showing(exchange, services, enforced ? allowed : tools);
}

export const authorizeListing: Stage = (exchange, services) => {
  const { policy, tools } = exchange.gateway;
  if (policy !== undefined) return judge(exchange, services, policy);
  recordDecision(exchange, services, { kind: 'listing', outcome: 'allow', reason: 'no_policy_engine' });
  return showing(exchange, services, [...tools.values()]);
};
