import { inPhase, member, type Rule, where } from './rule.ts';

export const gatewayPolicyEngine: Rule = {
  id: 'gateway-policy-engine',
  title: 'A gateway has a policy engine, and a production stage enforces or says why not.',
  fix: 'Attach one by PolicyEngineConfiguration; promote the stage, or write the reason for LOG_ONLY beside its mode in policies/rollout.json.',
  check: (template, context) =>
    where(template, 'AWS::BedrockAgentCore::Gateway', (properties) => {
      const { production, logOnlyReason } = context;
      const mode = member(properties, 'PolicyEngineConfiguration', 'Mode');
      if (mode === undefined) return !inPhase(context, 'sigv4', 'jwt');
      return production && mode !== 'ENFORCE' && logOnlyReason === undefined;
    }),
};
