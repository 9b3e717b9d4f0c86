/**
 * One line of the decision log: every call at a door leaves one, refused ones and `initialize` included, and every
 * authorization decision is one. Policy attributes carry the names that AgentCore's own spans use (devguide observability-policy-metrics), so
 * one reader serves both. Never a token, never an argument's value.
 */
import { z } from 'zod';
import { policyMode } from './rollout.ts';

export const decisionRecord = z.strictObject({
  /** ISO 8601, UTC. */
  time: z.string(),
  request_id: z.string(),
  door: z.enum(['runtime', 'gateway']),
  /** `request`: a call that came to none of the others, such as a ping, an unknown method or a malformed body. */
  kind: z.enum(['authentication', 'initialize', 'listing', 'authorization', 'request']),
  /** What happened to the request. In LOG_ONLY a denied decision is still `allow` here. */
  outcome: z.enum(['allow', 'deny']),
  /** A closed reason of the layer, or the policy engine's reason. */
  reason: z.string(),
  resource: z.string(),
  /** Subject of the verified token, or the ARN that signed; absent when there was none. */
  iss: z.string().optional(),
  sub: z.string().optional(),
  client_id: z.string().optional(),
  method: z.string().optional(),
  /** Full `Target___tool`: the id of the policy action. */
  tool: z.string().optional(),
  /** Names of the arguments, sorted. */
  input_keys: z.array(z.string()).optional(),
  latency_ms: z.number().nonnegative().optional(),
  /** The principal of a policy decision, in the words of AgentCore's own log lines. */
  principal: z
    .strictObject({
      entityType: z.enum(['AgentCore::OAuthUser', 'AgentCore::IamEntity']),
      entityId: z.string(),
    })
    .optional(),
  'aws.agentcore.gateway.policy.arn': z.string().optional(),
  'aws.agentcore.gateway.policy.mode': policyMode.optional(),
  /** The engine's verdict, whatever the mode does with it. */
  'aws.agentcore.policy.authorization_decision': z.enum(['ALLOW', 'DENY']).optional(),
  'aws.agentcore.policy.authorization_reason': z.string().optional(),
  'aws.agentcore.policy.determining_policies': z.array(z.string()).optional(),
  /** Policies that failed to evaluate: Cedar skips them, the local gateway denies. */
  'aws.agentcore.policy.mismatched_policies': z.array(z.string()).optional(),
  /** LOG_ONLY policies that hold for this request. The devguide names `log_only_*`; these two are from captured spans. */
  'aws.agentcore.policy.log_only_matched_policies': z.array(z.string()).optional(),
  /** Those of them that would change the decision if they were ACTIVE. */
  'aws.agentcore.policy.log_only_decision_flipping_policies': z.array(z.string()).optional(),
  /** Id of the gateway. */
  'aws.agentcore.policy.target_resource.id': z.string().optional(),
  'aws.agentcore.policy.allowed_tools': z.array(z.string()).optional(),
  'aws.agentcore.policy.denied_tools': z.array(z.string()).optional(),
  /** Local only: what AWS would have decided where an evaluation error made the local gateway deny. */
  'local.aws_would_decide': z.enum(['ALLOW', 'DENY']).optional(),
  /** Local only: `action on resource` that the policies of the gateway's role lack. AWS tells nobody. */
  'local.missing_permission': z.string().optional(),
});
export type DecisionRecord = z.infer<typeof decisionRecord>;
