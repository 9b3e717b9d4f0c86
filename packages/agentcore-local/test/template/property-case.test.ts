import type { Json } from '@secure-agent/contracts';
import { expect, test } from 'vitest';
import { toApiCase } from '../../src/template/property-case.ts';

test.each<readonly [id: string, cloudFormation: Json, api: Json]>([
  [
    'names at every depth',
    { AuthorizerConfiguration: { CustomJWTAuthorizer: { DiscoveryUrl: 'X' } } },
    { authorizerConfiguration: { customJWTAuthorizer: { discoveryUrl: 'X' } } },
  ],
  ['lists', [{ InterceptionPoints: ['REQUEST'] }, 1, null], [{ interceptionPoints: ['REQUEST'] }, 1, null]],
  [
    'environment variables keep their names',
    { EnvironmentVariables: { GATEWAY_URL: 'U', Path: '/x' } },
    { environmentVariables: { GATEWAY_URL: 'U', Path: '/x' } },
  ],
  ['tags keep their names', { Tags: { CostCenter: 'A' } }, { tags: { CostCenter: 'A' } }],
  [
    'tool arguments keep their names, and what is said of them does not',
    {
      InputSchema: {
        Type: 'object',
        Properties: { EmployeeId: { Type: 'string' }, Days: { Type: 'array', Items: { Type: 'string' } } },
      },
    },
    {
      inputSchema: {
        type: 'object',
        properties: { EmployeeId: { type: 'string' }, Days: { type: 'array', items: { type: 'string' } } },
      },
    },
  ],
  [
    'an argument may be called like a map, and hold one',
    { Properties: { Properties: { Type: 'object', Properties: { Tags: { Type: 'string' } } } } },
    { properties: { Properties: { type: 'object', properties: { Tags: { type: 'string' } } } } },
  ],
])('%s', (_id, cloudFormation, api) => {
  expect(toApiCase(cloudFormation)).toEqual(api);
});

test('a user key may be a name of the prototype', () => {
  const value: Json = JSON.parse('{"EnvironmentVariables":{"__proto__":"x","constructor":"y"}}');
  expect(JSON.stringify(toApiCase(value))).toBe(
    '{"environmentVariables":{"__proto__":"x","constructor":"y"}}',
  );
});
