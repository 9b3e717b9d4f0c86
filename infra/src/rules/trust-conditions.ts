import { listOf, member, type Resource, type Rule, type RuleTemplate, where } from './rule.ts';

/**
 * Services whose trust is without conditions, and why that is sound. `lambda.amazonaws.com`: Lambda does not document that
 * it sends aws:SourceArn or aws:SourceAccount when it takes an execution role (it documents aws:SourceArn for policies of
 * which a function is the resource), so a condition may stop every function; and a role can be passed to a function of its
 * own account alone (iam:PassRole), so there is no deputy of another account to confuse.
 */
const WITHOUT_CONDITIONS: ReadonlySet<unknown> = new Set(['lambda.amazonaws.com']);

const SERVICE = /\.amazonaws\.com(?:\.cn)?$/;
const servicesOf = (statement: unknown): readonly unknown[] =>
  listOf(member(statement, 'Principal', 'Service'));

const conditionKeys = (statement: unknown): readonly string[] =>
  Object.values(Object(member(statement, 'Condition'))).flatMap((test) => Object.keys(Object(test)));

/** The confused deputy: a service that acts for many accounts assumes the role for one resource only. */
function openTrust(statement: unknown): boolean {
  const keys = conditionKeys(statement);
  const bound = keys.includes('aws:SourceAccount') && keys.includes('aws:SourceArn');
  return !bound && servicesOf(statement).some((service) => !WITHOUT_CONDITIONS.has(service));
}

/** The same for a key: services name what they encrypt in their own words, so any condition is one. */
const openKey = (statement: unknown): boolean =>
  servicesOf(statement).length > 0 && conditionKeys(statement).length === 0;

/** And for a function that a service invokes. */
const openFunction = ({ Principal, SourceArn, SourceAccount }: Resource['Properties']): boolean =>
  SERVICE.test(String(Principal)) && (SourceArn === undefined || SourceAccount === undefined);

const statements = (properties: Resource['Properties'], document: string): readonly unknown[] =>
  listOf(member(properties, document, 'Statement'));

export const trustConditions: Rule = {
  id: 'trust-conditions',
  title: 'Whatever a service may assume, use or invoke names the account and the resource that it acts for.',
  fix: 'Add aws:SourceAccount and aws:SourceArn: to the trust policy of a role, to the permission of a function; or the condition that the service documents, to the policy of a key.',
  check: (template: RuleTemplate) => [
    ...where(template, 'AWS::IAM::Role', (properties) =>
      statements(properties, 'AssumeRolePolicyDocument').some(openTrust),
    ),
    ...where(template, 'AWS::KMS::Key', (properties) => statements(properties, 'KeyPolicy').some(openKey)),
    ...where(template, 'AWS::Lambda::Permission', openFunction),
  ],
};
