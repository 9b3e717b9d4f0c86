import { member, type Rule, where } from './rule.ts';

export const gatewayPolicyEngine: Rule = {
  id: 'gateway-policy-engine',
  title: 'A gateway has a policy engine, and in production it enforces.',
  fix: 'Attach one by PolicyEngineConfiguration; promote the stage to ENFORCE in policies/rollout.json.',
  check: (template, { production }) =>
    where(template, 'AWS::BedrockAgentCore::Gateway', (properties) => {
      const mode = member(properties, 'PolicyEngineConfiguration', 'Mode');
      return mode === undefined || (production && mode !== 'ENFORCE');
    }),
};
