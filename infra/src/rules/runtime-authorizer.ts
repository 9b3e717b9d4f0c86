import { member, type Rule, where } from './rule.ts';

export const runtimeAuthorizer: Rule = {
  id: 'runtime-authorizer',
  title: 'A runtime has a JWT authorizer.',
  fix: 'Set AuthorizerConfiguration.CustomJWTAuthorizer; without it any AWS identity of the account may speak for anyone.',
  check: (template) =>
    where(
      template,
      'AWS::BedrockAgentCore::Runtime',
      (properties) => member(properties, 'AuthorizerConfiguration', 'CustomJWTAuthorizer') === undefined,
    ),
};
