import { inPhase, member, type Rule, where } from './rule.ts';

export const runtimeAuthorizer: Rule = {
  id: 'runtime-authorizer',
  title: 'A runtime has a JWT authorizer, but in phase sigv4 of a stage whose data may go.',
  fix: 'Set AuthorizerConfiguration.CustomJWTAuthorizer; without it any AWS identity of the account may speak for anyone.',
  check: (template, context) =>
    where(
      template,
      'AWS::BedrockAgentCore::Runtime',
      (properties) =>
        member(properties, 'AuthorizerConfiguration', 'CustomJWTAuthorizer') === undefined &&
        !inPhase(context, 'sigv4'),
    ),
};
