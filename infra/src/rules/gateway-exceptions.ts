import { type Rule, where } from './rule.ts';

export const gatewayExceptions: Rule = {
  id: 'gateway-exceptions',
  title: 'A gateway tells callers no internals.',
  fix: 'Remove ExceptionLevel: DEBUG shows ARNs and messages of functions to every caller.',
  check: (template) =>
    where(template, 'AWS::BedrockAgentCore::Gateway', ({ ExceptionLevel }) => ExceptionLevel !== undefined),
};
