/** What AgentCore checks of a statement before it looks at a schema. */
import { describe, expect, test } from 'vitest';
import { checkPolicyStatement, MAX_STATEMENT_LENGTH, PolicyError, renderStatement } from '../src/index.ts';
import { GATEWAY_ARN } from './fixtures.ts';

const GW = `AgentCore::Gateway::"${GATEWAY_ARN}"`;
const T = 'AgentCore::Action::"T___x"';

test.each([
  ['a named action at a named gateway', `permit(principal, action == ${T}, resource == ${GW});`, undefined],
  ['listed actions at a named gateway', `forbid(principal, action in [${T}], resource == ${GW});`, undefined],
  ['any action at any gateway', 'permit(principal, action, resource is AgentCore::Gateway);', undefined],
  ['CRLF', `// why\r\npermit(principal, action == ${T},\r\nresource == ${GW});\r\n`, undefined],
  ['CP-12 a bare resource', 'permit(principal, action, resource);   // long', 'wildcard_resource'],
  ['a bare resource for one action', `permit(principal, action == ${T}, resource);`, 'wildcard_resource'],
  [
    'one action at any gateway',
    `permit(principal, action == ${T}, resource is AgentCore::Gateway);`,
    'resource_pairing',
  ],
  [
    'a group at any gateway',
    'permit(principal, action in AgentCore::Action::"T", resource is AgentCore::Gateway);',
    'resource_pairing',
  ],
  ['any action at one gateway', `permit(principal, action, resource == ${GW});`, 'resource_pairing'],
  ['another type of resource', 'permit(principal, action, resource is Other::Thing);', 'resource_pairing'],
  ['too short', 'permit(principal,action,resource);', 'statement_length'],
  [
    'too long',
    `//${' '.repeat(MAX_STATEMENT_LENGTH)}\npermit(principal, action == ${T}, resource == ${GW});`,
    'statement_length',
  ],
  ['two statements', `permit(principal, action == ${T}, resource == ${GW});`.repeat(2), 'parse_failed'],
  ['a template', `permit(principal == ?principal, action == ${T}, resource == ${GW});`, 'parse_failed'],
  ['a byte order mark', `\ufeffpermit(principal, action == ${T}, resource == ${GW});`, 'parse_failed'],
  ['comments only', `// ${'x'.repeat(60)}`, 'parse_failed'],
  ['an unfinished statement', `permit(principal, action == ${T}, resource == ${GW})`, 'parse_failed'],
])('%s', (_what, statement, problem) => {
  const checked = checkPolicyStatement(statement);
  expect(checked.ok ? undefined : checked.error.code).toBe(problem);
});

describe('CP-23 {{gateway}} takes an ARN and nothing else', () => {
  test('control', () => {
    expect(renderStatement('a {{gateway}} b {{gateway}}', GATEWAY_ARN)).toBe(
      `a ${GATEWAY_ARN} b ${GATEWAY_ARN}`,
    );
  });
  test.each([
    '',
    `${GATEWAY_ARN}"`,
    `${GATEWAY_ARN}\n`,
    `${GATEWAY_ARN}"); permit(principal, action, resource`,
    'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/x',
    '*',
  ])('%j', (arn) => {
    expect(() => renderStatement('{{gateway}}', arn)).toThrow(PolicyError);
  });
});
