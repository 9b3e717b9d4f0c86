/** Callers that signed with IAM: an entity of its own type, named without the session, without tags. */
import { describe, expect, test } from 'vitest';
import { createPolicyEngine, iamPrincipalOf, principalOf, validateStatement } from '../src/index.ts';
import { compilePrincipalOf } from '../src/principal.ts';
import { cedarSchemaFor } from '../src/schema.ts';
import { active, GATEWAY_ARN, NOW, tool } from './fixtures.ts';

const X = 'T___x';
const TOOLS = [tool(X, { n: 'i?' })];
const ROLE = 'arn:aws:sts::123456789012:assumed-role/Agent';

test.each([
  ['a session of a role', `${ROLE}/session-1`, ROLE],
  ['a session name with a slash, which AWS refuses', `${ROLE}/a/b`, ROLE],
  ['the role itself', 'arn:aws:iam::123456789012:role/Agent', ROLE],
  ['a role with a path', 'arn:aws:iam::123456789012:role/team/one/Agent', ROLE],
  [
    'another partition',
    'arn:aws-cn:iam::123456789012:role/Agent',
    'arn:aws-cn:sts::123456789012:assumed-role/Agent',
  ],
  ['a user', 'arn:aws:iam::123456789012:user/x', 'arn:aws:iam::123456789012:user/x'],
  [
    'a user named like a role',
    'arn:aws:iam::123456789012:user/role/Agent',
    'arn:aws:iam::123456789012:user/role/Agent',
  ],
  ['a role session cut short', ROLE, ROLE],
])('%s: %s is %s', (_what, arn, iamArn) => {
  expect(iamPrincipalOf(arn)).toEqual({ iamArn });
});

test('the entity has its ARN for an id and no tags', () => {
  expect(principalOf(iamPrincipalOf(`${ROLE}/s`))).toEqual({
    ok: true,
    value: {
      uid: { type: 'AgentCore::IamEntity', id: ROLE },
      attrs: { id: ROLE },
      parents: [],
    },
  });
});

test.each(['', 'maria', 'arn:aws:iam::1:user/\ud800'])('%j is nobody', (iamArn) => {
  expect(principalOf({ iamArn })).toEqual({ ok: false, error: 'subject_missing' });
});

describe('policies about IAM identities', () => {
  const scope = `action == AgentCore::Action::"${X}", resource == AgentCore::Gateway::"${GATEWAY_ARN}"`;
  const iam = iamPrincipalOf(`${ROLE}/session`);
  const user = { sub: ROLE, claims: { a: '1' } };

  test.each<[string, string, boolean, boolean]>([
    ['the identity', `permit(principal == AgentCore::IamEntity::"${ROLE}", ${scope});`, true, false],
    ['any identity', `permit(principal is AgentCore::IamEntity, ${scope});`, true, false],
    ['any user', `permit(principal is AgentCore::OAuthUser, ${scope});`, false, true],
    ['an id of either', `permit(principal, ${scope}) when { principal.id == "${ROLE}" };`, true, true],
    [
      'a tag, which an identity has none of',
      `permit(principal, ${scope}) when { principal is AgentCore::IamEntity || principal.hasTag("a") };`,
      true,
      true,
    ],
    [
      'a session of the role',
      `permit(principal == AgentCore::IamEntity::"${ROLE}/session", ${scope});`,
      false,
      false,
    ],
  ])('%s', (_what, statement, ofIam, ofUser) => {
    using engine = createPolicyEngine({
      gatewayArn: GATEWAY_ARN,
      policies: active([statement]),
      tools: TOOLS,
    });
    for (const [principal, allowed] of [
      [iam, ofIam],
      [user, ofUser],
    ] as const) {
      const { decision } = engine.decide({ principal, tool: X, args: {}, now: NOW });
      expect(decision).toBe(allowed ? 'ALLOW' : 'DENY');
      expect(engine.visibleTools({ principal })).toEqual(allowed ? [X] : []);
    }
  });

  test('the schema knows both kinds of principal', () => {
    const schema = cedarSchemaFor(TOOLS);
    const either = `permit(principal, ${scope}) when { (principal is AgentCore::OAuthUser || principal is AgentCore::IamEntity) && principal.id == "x" };`;
    expect(validateStatement(either, schema)).toEqual([]);
    const tagged = `permit(principal is AgentCore::IamEntity, ${scope}) when { principal.hasTag("a") };`;
    expect(validateStatement(tagged, schema)).not.toEqual([]);
  });
});

describe('the entity of a caller that is seen again', () => {
  const entityOf = compilePrincipalOf(new Set(['role', 'list']));

  test('is written once where nobody can change the caller', () => {
    const caller = Object.freeze({
      sub: 'u-1',
      claims: Object.freeze({ role: 'a', list: Object.freeze(['x']) }),
    });
    expect(entityOf(caller)).toBe(entityOf(caller));
    expect(entityOf({ ...caller })).not.toBe(entityOf(caller));
  });

  test.each<[what: string, freeze: (caller: object, claims: object) => void]>([
    ['the caller', (_caller, claims) => Object.freeze(claims)],
    ['the claims', (caller) => Object.freeze(caller)],
    ['a claim', (caller, claims) => [caller, claims].map(Object.freeze)],
  ])('is written anew where %s can change', (_what, freeze) => {
    const claims = { role: 'a', list: ['x'] };
    const caller = { sub: 'u-1', claims };
    freeze(caller, claims);
    const before = entityOf(caller);
    claims.list[0] = 'y';
    expect(entityOf(caller)).not.toEqual(before);
    expect(entityOf(caller)).toMatchObject({ value: { tags: { list: '["y"]' } } });
  });
});
