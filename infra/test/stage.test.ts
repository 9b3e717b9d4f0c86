/** Names that follow from application, stage, account and region. */
import { describe, expect, test } from 'vitest';
import { LOCAL_ENVIRONMENT, stageOf } from '../src/stage.ts';

const OTHER = { account: '111122223333', region: 'eu-central-1' };

describe('names', () => {
  test('hyphens for stack and gateway, underscores for runtime and engine', () => {
    expect(stageOf('secure-agent', 'dev', LOCAL_ENVIRONMENT)).toMatchObject({
      dashed: 'secure-agent-dev',
      underscored: 'secure_agent_dev',
    });
  });

  test('the domain prefix is the same every time', () => {
    const once = stageOf('secure-agent', 'dev', OTHER).domainPrefix;
    expect(stageOf('secure-agent', 'dev', { ...OTHER }).domainPrefix).toBe(once);
    expect(once).toMatch(/^secure-agent-dev-[0-9a-f]{10}$/);
  });

  test.each([
    ['another account', 'secure-agent', 'dev', { ...OTHER, account: '111122223334' }],
    ['another region', 'secure-agent', 'dev', { ...OTHER, region: 'eu-west-1' }],
    ['another stage', 'secure-agent', 'test', OTHER],
    ['another application', 'secure-agents', 'dev', OTHER],
  ])(
    '%s gives another domain prefix, without the account number',
    (_what, application, name, environment) => {
      const { domainPrefix } = stageOf(application, name, environment);
      expect(domainPrefix).not.toBe(stageOf('secure-agent', 'dev', OTHER).domainPrefix);
      expect(domainPrefix).not.toContain(environment.account);
    },
  );

  test('the longest application and stage fit the 48 characters of AgentCore and the 63 of a domain', () => {
    const longest = stageOf('a'.repeat(31), 'b'.repeat(16), OTHER);
    expect(longest.dashed).toHaveLength(48);
    expect(longest.domainPrefix.length).toBeLessThanOrEqual(63);
  });

  test.each([
    ['local', true],
    ['dev', true],
    ['test', false],
    ['prod', false],
  ])('data of stage %s may go with the stack: %s', (name, disposable) => {
    expect(stageOf('secure-agent', name, OTHER).disposable).toBe(disposable);
  });
});

describe('what is refused', () => {
  test.each([
    ['a stage in capitals', 'secure-agent', 'Dev', OTHER, 'stage_invalid'],
    ['a stage with a hyphen', 'secure-agent', 'dev-1', OTHER, 'stage_invalid'],
    ['a stage of 17 characters', 'secure-agent', 'b'.repeat(17), OTHER, 'stage_invalid'],
    [
      'an account of 11 digits',
      'secure-agent',
      'dev',
      { ...OTHER, account: '11112222333' },
      'environment_invalid',
    ],
    ['no region', 'secure-agent', 'dev', { ...OTHER, region: 'unknown-region' }, 'environment_invalid'],
    ['a word that Cognito reserves', 'cognito-agent', 'dev', OTHER, 'configuration_invalid'],
  ])('%s', (_what, application, name, environment, code) => {
    expect(() => stageOf(application, name, environment)).toThrow(expect.objectContaining({ code }));
  });
});
