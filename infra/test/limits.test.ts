/** Each limit: what is at it passes, one more does not, and the message says the number. */
import { describe, expect, test } from 'vitest';
import { checkLimits, LIMITS, type Limited } from '../src/limits.ts';
import { realConfiguration } from './support/synthesized.ts';

const tool = { name: 't', description: 'd', inputSchema: { type: 'object' as const } };
const target = (change: object = {}) => ({ target: 'One', description: 'd', tools: [tool], ...change });
const policy = (change: object = {}) => ({ name: 'one', statement: 'permit', intent: 'i', ...change });
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const names = (count: number, value: (name: string) => unknown) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, value(`n${at}`)]));

const GOOD: Limited = {
  ...{ configuration: realConfiguration, targets: [target()], policies: [policy()], apis: [] },
};
const configured = (change: object): Partial<Limited> => ({
  configuration: { ...realConfiguration, ...change },
});
const schemaOf = (size: number) => {
  const empty = JSON.stringify([{ ...tool, description: '' }]).length;
  return target({ tools: [{ ...tool, description: 'a'.repeat(size - empty) }] });
};

test('what this repository synthesizes is far below every limit', () => {
  expect(() => checkLimits(GOOD)).not.toThrow();
});

describe('at the limit, and over it', () => {
  test.each<[string, number, (count: number) => Partial<Limited>, string]>([
    ['targets', LIMITS.targets, (n) => ({ targets: times(n, target()) }), 'catalogue_invalid'],
    [
      'tools',
      LIMITS.toolsOfTarget,
      (n) => ({ targets: [target({ tools: times(n, tool) })] }),
      'catalogue_invalid',
    ],
    [
      'characters',
      LIMITS.targetDescription,
      (n) => ({ targets: [target({ description: 'a'.repeat(n) })] }),
      'catalogue_invalid',
    ],
    ['bytes', LIMITS.inlineSchema, (n) => ({ targets: [schemaOf(n)] }), 'catalogue_invalid'],
    [
      'bytes',
      LIMITS.inlineSchema,
      (n) => ({ apis: [{ name: 'Api', payload: 'a'.repeat(n) }] }),
      'specification_invalid',
    ],
    ['policies', LIMITS.policiesOfEngine, (n) => ({ policies: times(n, policy()) }), 'policy_invalid'],
    ['bytes', LIMITS.policy, (n) => ({ policies: [policy({ statement: 'a'.repeat(n) })] }), 'policy_invalid'],
    [
      'bytes',
      LIMITS.policies,
      (n) => {
        const whole = times(Math.floor(n / 1024), policy({ statement: 'a'.repeat(1024) }));
        return { policies: [...whole, policy({ statement: 'a'.repeat(n % 1024) })] };
      },
      'policy_invalid',
    ],
    [
      'characters',
      LIMITS.policyDescription,
      (n) => ({ policies: [policy({ intent: 'a'.repeat(n) })] }),
      'policy_invalid',
    ],
    ['scopes', LIMITS.scopes, (n) => configured({ scopes: names(n, () => 'x') }), 'configuration_invalid'],
    [
      'scopes',
      LIMITS.clientScopes,
      (n) => configured({ machines: { night: times(n, 'read') } }),
      'configuration_invalid',
    ],
    [
      'bytes',
      LIMITS.groupScopes,
      (n) => configured({ groups: { ['g'.repeat(n - '{"":["hr/read"]}'.length)]: ['read'] } }),
      'configuration_invalid',
    ],
  ])('%s: %d', (unit, limit, make, code) => {
    expect(() => checkLimits({ ...GOOD, ...make(limit) })).not.toThrow();
    expect(() => checkLimits({ ...GOOD, ...make(limit + 1) })).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringMatching(
          new RegExp(`: ${limit + 1} ${unit} are over the limit of ${limit}\\.`),
        ),
      }),
    );
  });

  test('groups: 10000, which their variable reaches before', () => {
    const groups = names(LIMITS.groups + 1, () => ['read']);
    expect(() => checkLimits({ ...GOOD, ...configured({ groups }) })).toThrow(/10001 groups are over/);
  });
});
