import { type Rule, where } from './rule.ts';

/** Types that decide something about the caller. NONE asks nobody, AUTHENTICATE_ONLY lets every AWS identity in. */
const DECIDING = new Set<unknown>(['CUSTOM_JWT', 'AWS_IAM']);

export const gatewayAuthorizer: Rule = {
  id: 'gateway-authorizer',
  title: 'A gateway decides who may call it.',
  fix: 'Use AuthorizerType CUSTOM_JWT, or AWS_IAM in phase sigv4. NONE needs development.gatewayWithoutAuthorizer, and is for stages whose data may go.',
  check: (template, { production, gatewayOpen }) =>
    where(
      template,
      'AWS::BedrockAgentCore::Gateway',
      ({ AuthorizerType }) =>
        !DECIDING.has(AuthorizerType) && !(AuthorizerType === 'NONE' && gatewayOpen && !production),
    ),
};
