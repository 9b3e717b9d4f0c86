/** A company's own OpenID Connect provider: by configuration alone, the same at both doors, and no user pool. */
import { agentEnvironment, requestInterceptorEnvironment } from '@secure-agent/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { propertiesOf } from './support/properties.ts';
import { resolve } from './support/resolve.ts';
import { templateOf } from './support/synthesized.ts';

const PROVIDER = {
  discoveryUrl: 'https://login.example.com/tenant/.well-known/openid-configuration',
  peopleClients: ['portal', 'phone'],
  machineClients: ['night-shift'],
  audience: ['https://agent.example.com'],
};
let template: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf({ configuration: { identityProvider: PROVIDER } });
});
const of = (type: string) => propertiesOf(template, `AWS::BedrockAgentCore::${type}`);

test('nothing of Cognito is made, and nothing that served it', () => {
  const types = Object.values<{ Type: string }>(template.toJSON()['Resources']).map(({ Type }) => Type);
  expect(types.filter((type) => type.startsWith('AWS::Cognito::'))).toEqual([]);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
  template.resourceCountIs('AWS::Lambda::Function', 4);
});

describe.each([
  ['Runtime', ['portal', 'phone']],
  ['Gateway', ['portal', 'phone', 'night-shift']],
])('the authorizer of the %s', (type, AllowedClients) => {
  test('is that provider’s: clients, audience and scope, and no claim that only Cognito writes', () => {
    expect(of(type).AuthorizerConfiguration).toEqual({
      CustomJWTAuthorizer: {
        DiscoveryUrl: PROVIDER.discoveryUrl,
        AllowedClients,
        AllowedAudience: PROVIDER.audience,
        AllowedScopes: ['hr/invoke'],
      },
    });
  });
});

describe('the code that verifies again', () => {
  const rules = (clients: string[]) => ({
    JWT_DISCOVERY_URL: PROVIDER.discoveryUrl,
    JWT_ALLOWED_CLIENTS: clients,
    JWT_ALLOWED_AUDIENCE: PROVIDER.audience,
    JWT_ALLOWED_SCOPES: ['hr/invoke'],
    JWT_TOKEN_USE: 'unchecked',
  });

  test('in the agent has the runtime’s rules', () => {
    const variables = resolve(of('Runtime').EnvironmentVariables);
    expect(agentEnvironment.parse(variables)).toMatchObject(rules(['portal', 'phone']));
  });

  test('in the interceptor has the gateway’s rules', () => {
    const { Variables } = propertiesOf(template, 'AWS::Lambda::Function', 'InterceptorsRequest').Environment;
    expect(requestInterceptorEnvironment.parse(resolve(Variables))).toMatchObject(
      rules(['portal', 'phone', 'night-shift']),
    );
  });

  test('asks for token_use where the pool is the stack’s own, unsaid', () => {
    const own = propertiesOf(templateOf(), 'AWS::BedrockAgentCore::Runtime').EnvironmentVariables;
    expect(Object.keys(own)).not.toContain('JWT_TOKEN_USE');
    expect(agentEnvironment.parse(resolve(own)).JWT_TOKEN_USE).toBe('access');
  });
});

test('without an audience none is looked at; without machines the doors admit the same clients', () => {
  const { discoveryUrl, peopleClients } = PROVIDER;
  const small = templateOf({ configuration: { identityProvider: { discoveryUrl, peopleClients } } });
  const doors = ['Runtime', 'Gateway'].map(
    (type) => propertiesOf(small, `AWS::BedrockAgentCore::${type}`).AuthorizerConfiguration,
  );
  expect(doors[0].CustomJWTAuthorizer).toEqual({
    ...{ DiscoveryUrl: discoveryUrl, AllowedClients: peopleClients, AllowedScopes: ['hr/invoke'] },
  });
  expect(doors[1]).toEqual(doors[0]);
});

test('the outputs name the issuer and nothing of a pool', () => {
  const { Outputs } = template.toJSON();
  expect(Outputs['Issuer'].Value).toBe('https://login.example.com/tenant');
  expect(Object.keys(Outputs).filter((name) => /Pool|Client|TokenEndpoint/.test(name))).toEqual([]);
});
