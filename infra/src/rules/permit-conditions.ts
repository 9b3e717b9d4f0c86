import { member, type Rule, where } from './rule.ts';

/** Cedar text, whether it is one text or joined from parts around a reference. */
function textOf(statement: unknown): string {
  const joined = member(statement, 'Fn::Join');
  const parts = Array.isArray(joined) ? joined[1] : statement;
  return [parts]
    .flat()
    .map((part) => (typeof part === 'string' ? part : ''))
    .join('');
}

const permitsAnyone = (statement: unknown): boolean => {
  const code = textOf(statement).replaceAll(/\/\/.*$/gm, '');
  return /\bpermit\s*\(/.test(code) && !/\bwhen\s*\{[^}]*getTag\s*\(\s*"scope"\s*\)/s.test(code);
};

export const permitConditions: Rule = {
  id: 'permit-conditions',
  title: 'A permit asks for a scope.',
  fix: 'Add a when clause that compares principal.getTag("scope").',
  check: (template) =>
    where(template, 'AWS::BedrockAgentCore::Policy', (properties) =>
      permitsAnyone(member(properties, 'Definition', 'Cedar', 'Statement')),
    ),
};
