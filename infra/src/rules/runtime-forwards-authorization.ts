import { inPhase, listOf, member, type Rule, where } from './rule.ts';

const PATH = ['RequestHeaderConfiguration', 'RequestHeaderAllowlist'] as const;

export const runtimeForwardsAuthorization: Rule = {
  id: 'runtime-forwards-authorization',
  title: 'A runtime passes the Authorization header on to its agent.',
  fix: 'Put Authorization on RequestHeaderConfiguration.RequestHeaderAllowlist, or the agent cannot tell who calls.',
  // Without a JWT authorizer the service takes the header away, listed or not (devguide runtime-header-allowlist).
  check: (template, context) =>
    where(
      template,
      'AWS::BedrockAgentCore::Runtime',
      (properties) =>
        !inPhase(context, 'sigv4') &&
        !listOf(member(properties, ...PATH)).some((name) => /^authorization$/i.test(String(name))),
    ),
};
