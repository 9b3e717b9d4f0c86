/** The rules, each in a file of its own. A synthesis that breaks one writes no assembly that could be deployed. */
import { gatewayAuthorizer } from './gateway-authorizer.ts';
import { gatewayExceptions } from './gateway-exceptions.ts';
import { gatewayPolicyEngine } from './gateway-policy-engine.ts';
import { logRetention } from './log-retention.ts';
import { namedFunctions } from './named-functions.ts';
import { noSecretsInEnvironment } from './no-secrets-in-environment.ts';
import { permitConditions } from './permit-conditions.ts';
import type { Rule, RuleContext, RuleTemplate } from './rule.ts';
import { runtimeAuthorizer } from './runtime-authorizer.ts';
import { runtimeForwardsAuthorization } from './runtime-forwards-authorization.ts';
import { trustConditions } from './trust-conditions.ts';

export const RULES: readonly Rule[] = [
  runtimeAuthorizer,
  runtimeForwardsAuthorization,
  gatewayAuthorizer,
  gatewayPolicyEngine,
  gatewayExceptions,
  trustConditions,
  permitConditions,
  namedFunctions,
  noSecretsInEnvironment,
  logRetention,
];

/** One broken rule at one resource. */
export type Finding = { readonly rule: Rule; readonly logicalId: string };

/** Everything in a template that breaks a rule. */
export const findingsOf = (template: RuleTemplate, context: RuleContext): readonly Finding[] =>
  RULES.flatMap((rule) => rule.check(template, context).map((logicalId) => ({ rule, logicalId })));
