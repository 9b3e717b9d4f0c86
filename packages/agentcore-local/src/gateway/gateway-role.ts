/**
 * What a gateway does as its role, in IAM's words. Who calls the gateway is told nothing of it; the decision log names
 * what the role's policies lack.
 * Source: devguide policy-permissions and gateway-debug-messages.
 */
import type { DecisionRecord } from '@secure-agent/contracts';
import type { Asked, Iam } from '../ports.ts';

type MayDo = Pick<Iam, 'allows'>;

/** @returns the first of several that the role may not do, `action on resource`; undefined where it may do all. */
export function missingPermission(iam: MayDo, roleArn: string, asked: readonly Asked[]): string | undefined {
  const missing = asked.find(({ action, resource }) => !iam.allows(roleArn, action, resource));
  return missing && `${missing.action} on ${missing.resource}`;
}

/** To invoke a target's or an interceptor's function. */
export const toInvoke = (functionArn: string): readonly Asked[] => [
  { action: 'lambda:InvokeFunction', resource: functionArn },
];

/** To read the engine, and to have it decide about a call or a listing of this gateway. */
export const toEvaluate = (
  action: 'AuthorizeAction' | 'PartiallyAuthorizeActions',
  engineArn: string,
  gatewayArn: string,
): readonly Asked[] => [
  { action: 'bedrock-agentcore:GetPolicyEngine', resource: engineArn },
  ...[engineArn, gatewayArn].map((resource) => ({ action: `bedrock-agentcore:${action}`, resource })),
];

/** As the decision log has it. */
export const missingField = (missing: string | undefined): Partial<DecisionRecord> =>
  missing === undefined ? {} : { 'local.missing_permission': missing };
