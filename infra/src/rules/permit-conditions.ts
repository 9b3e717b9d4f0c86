import { permitsWithoutScope, WORKBENCH_GATEWAY } from '@secure-agent/policy/workbench';
import { member, type Rule, type RuleTemplate, where } from './rule.ts';

const GATEWAY = 'AWS::BedrockAgentCore::Gateway';

/** The one reference that a statement holds: the ARN of a gateway of this template. */
function isGatewayArn(value: unknown, { Resources }: RuleTemplate): boolean {
  const reference = member(value, 'Fn::GetAtt');
  if (!Array.isArray(reference)) return false;
  const [id, attribute]: readonly unknown[] = reference;
  return attribute === 'GatewayArn' && member(Resources, String(id), 'Type') === GATEWAY;
}

/** Cedar text as it is deployed; undefined where only the deployment knows it. */
function textOf(value: unknown, template: RuleTemplate): string | undefined {
  if (typeof value === 'string') return value;
  if (isGatewayArn(value, template)) return WORKBENCH_GATEWAY;
  const join = member(value, 'Fn::Join');
  if (!Array.isArray(join) || typeof join[0] !== 'string' || !Array.isArray(join[1])) return undefined;
  const parts = join[1].map((part: unknown) => textOf(part, template));
  return parts.every((part) => part !== undefined) ? parts.join(join[0]) : undefined;
}

/** Judged once for each text: whoever tries many templates asks about the same statements again and again. */
const judged = new Map<string, boolean>();

function isOpen(statement: string): boolean {
  const open = judged.get(statement) ?? permitsWithoutScope(statement);
  judged.set(statement, open);
  return open;
}

export const permitConditions: Rule = {
  id: 'permit-conditions',
  title: 'A permit asks for a scope, and a policy is one Cedar statement that can be read here.',
  fix: 'Add a when clause that cannot hold unless principal.getTag("scope") is compared with a name; refer to nothing but the ARN of the gateway.',
  check: (template) =>
    where(template, 'AWS::BedrockAgentCore::Policy', (properties) => {
      const statement = textOf(member(properties, 'Definition', 'Cedar', 'Statement'), template);
      return statement === undefined || isOpen(statement);
    }),
};
