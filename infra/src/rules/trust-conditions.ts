import { listOf, member, type Rule, where } from './rule.ts';

const AGENTCORE = 'bedrock-agentcore.amazonaws.com';

const conditionKeys = (statement: unknown): readonly string[] =>
  Object.values(Object(member(statement, 'Condition'))).flatMap((test) => Object.keys(Object(test)));

/** The confused deputy: a service that acts for many accounts assumes the role for one resource only. */
function open(statement: unknown): boolean {
  const services = listOf(member(statement, 'Principal', 'Service'));
  const keys = conditionKeys(statement);
  const bound = keys.includes('aws:SourceAccount') && keys.includes('aws:SourceArn');
  return services.includes(AGENTCORE) && !bound;
}

export const trustConditions: Rule = {
  id: 'trust-conditions',
  title: 'A role that AgentCore assumes names the account and the resource it is assumed for.',
  fix: 'Add aws:SourceAccount and aws:SourceArn to the trust policy.',
  check: (template) =>
    where(template, 'AWS::IAM::Role', (properties) =>
      listOf(member(properties, 'AssumeRolePolicyDocument', 'Statement')).some(open),
    ),
};
