import { statementScope } from '@secure-agent/policy';
import { describe, expect, test } from 'vitest';

const GATEWAY = 'resource == AgentCore::Gateway::"arn:g"';

describe('the scope of a statement', () => {
  test.each<readonly [string, string, object]>([
    [
      'everyone, everything',
      'permit(principal, action, resource);',
      { effect: 'permit', onePrincipal: false, actions: [], conditions: 0 },
    ],
    [
      'one type of principal',
      'forbid(principal is AgentCore::OAuthUser, action, resource is AgentCore::Gateway);',
      { effect: 'forbid', principalType: 'AgentCore::OAuthUser', onePrincipal: false },
    ],
    [
      'one principal',
      `permit(principal == AgentCore::OAuthUser::"u", action, ${GATEWAY});`,
      { onePrincipal: true, resourceId: 'arn:g' },
    ],
    ['a group', `permit(principal in AgentCore::Group::"g", action, ${GATEWAY});`, { onePrincipal: true }],
    [
      'a group of a type',
      `permit(principal is AgentCore::OAuthUser in AgentCore::Group::"g", action, ${GATEWAY});`,
      { onePrincipal: true, principalType: 'AgentCore::OAuthUser' },
    ],
    [
      'one action',
      `permit(principal, action == AgentCore::Action::"T___a", ${GATEWAY});`,
      { actions: ['T___a'], resourceId: 'arn:g' },
    ],
    [
      'several actions',
      `permit(principal, action in [AgentCore::Action::"T___a", AgentCore::Action::"T___b"], ${GATEWAY});`,
      { actions: ['T___a', 'T___b'] },
    ],
    [
      'a group of actions',
      `permit(principal, action in AgentCore::Action::"T", ${GATEWAY});`,
      { actions: ['T'] },
    ],
    [
      'two conditions',
      `permit(principal, action, ${GATEWAY}) when { true } unless { false };`,
      { conditions: 2 },
    ],
    [
      'a resource in a comment and in a text, which is not its own',
      `// ${GATEWAY.replace('arn:g', 'arn:x')}\npermit(principal, action, resource) when { "${'arn:y'}" == "a" };`,
      { conditions: 1, actions: [] },
    ],
  ])('%s', (_id, statement, scope) => {
    const read = statementScope(statement);
    expect(read).toMatchObject({ ok: true, value: scope });
    if (read.ok && !('resourceId' in scope) && !statement.includes(`, ${GATEWAY}`)) {
      expect(read.value).not.toHaveProperty('resourceId');
    }
  });

  test.each([
    '',
    'permit(principal',
    'permit(principal, action, resource); permit(principal, action, resource);',
  ])('what is no single statement has none: %j', (statement) => {
    expect(statementScope(statement)).toMatchObject({ ok: false, error: expect.any(String) });
  });
});
