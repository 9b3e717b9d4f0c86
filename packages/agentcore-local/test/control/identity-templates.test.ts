/** The identity and endpoint types of a template: made, changed, replaced and removed by the loader. */
import type { Json } from '@secure-agent/contracts';
import { describe, expect, test } from 'vitest';
import { identityRegistry, runtimeRegistry } from '../../src/control/registries.ts';
import { resourcePolicyOf } from '../../src/control/resources/resource-policies.ts';
import { folderWith } from '../processes/support.ts';
import { memorySecrets, runtime, STACK, startControl } from '../support/control-plane.ts';
import type { TestResource } from '../support/stack.ts';

type Properties = Readonly<Record<string, Json>>;
const of = (type: string, properties: Properties): TestResource => ({
  Type: `AWS::BedrockAgentCore::${type}`,
  Properties: properties,
});

const endpoint = (properties: Properties = {}) =>
  of('RuntimeEndpoint', { AgentRuntimeId: { Ref: 'Agent' }, Name: 'stable', ...properties });
const identity = (properties: Properties = {}) =>
  of('WorkloadIdentity', {
    Name: 'worker',
    AllowedResourceOauth2ReturnUrls: ['https://app.example.com/done'],
    Tags: [{ Key: 'owner', Value: 'hr' }],
    ...properties,
  });
const oauth2 = (name = 'idp', secret = 'oauth-secret') =>
  of('OAuth2CredentialProvider', {
    Name: name,
    CredentialProviderVendor: 'CustomOauth2',
    Oauth2ProviderConfigInput: {
      CustomOauth2ProviderConfig: {
        ClientId: 'client',
        ClientSecret: secret,
        OauthDiscovery: { DiscoveryUrl: 'https://idp.example.com/.well-known/openid-configuration' },
      },
    },
  });
const apiKey = (name = 'weather', key = 'api-secret') =>
  of('ApiKeyCredentialProvider', { Name: name, ApiKey: key });
const resourcePolicy = (effect = 'Deny') =>
  of('ResourcePolicy', {
    ResourceArn: { 'Fn::GetAtt': ['Agent', 'AgentRuntimeArn'] },
    Policy: {
      'Fn::Sub': [
        [
          '{"Statement":{"Effect":"',
          effect,
          '","Principal":"*","Action":"a:B","Resource":"$',
          '{arn}"}}',
        ].join(''),
        { arn: { 'Fn::GetAtt': ['Agent', 'AgentRuntimeArn'] } },
      ],
    },
  });

const ALL = {
  ...STACK,
  Stable: endpoint(),
  Worker: identity(),
  Idp: oauth2(),
  Weather: apiKey(),
  Guard: resourcePolicy(),
};

test('are made by a template, ready at once', async () => {
  const secrets = memorySecrets();
  const control = await startControl(folderWith(), ALL, { secrets });
  const { endpoints, workloadIdentities, tags, runtimes } = control.read();
  expect(Object.values(endpoints)).toMatchObject([{ name: 'stable', status: 'READY', liveVersion: '1' }]);
  const registry = identityRegistry(control);
  const worker = workloadIdentities['worker'];
  expect(worker).toMatchObject({ linkedToService: false });
  expect(tags[worker?.workloadIdentityArn ?? '']).toEqual({ owner: 'hr' });
  expect(secrets.get(registry.oauth2Provider('idp')?.credentialProviderArn ?? '')).toBe('oauth-secret');
  expect(secrets.get(registry.apiKeyProvider('weather')?.credentialProviderArn ?? '')).toBe('api-secret');
  const arn = Object.values(runtimes)[0]?.agentRuntimeArn ?? '';
  expect(resourcePolicyOf(control, arn)).toContain('"Deny"');
  expect(JSON.stringify(control.read())).not.toMatch(/oauth-secret|api-secret/);
});

test('are still there after a restart, with their secrets, ids and callbacks', async () => {
  const folder = folderWith();
  const secrets = memorySecrets();
  const first = await startControl(folder, ALL, { secrets });
  const second = await startControl(folder, ALL, { secrets });
  expect(second.read()).toEqual(first.read());
});

describe('a change of the template', () => {
  test('changes them in their place', async () => {
    const folder = folderWith();
    const secrets = memorySecrets();
    const first = await startControl(folder, ALL, { secrets });
    const second = await startControl(
      folder,
      {
        ...ALL,
        Stable: endpoint({ Description: 'new' }),
        Worker: identity({ AllowedResourceOauth2ReturnUrls: [], Tags: [] }),
        Idp: oauth2('idp', 'second'),
        Weather: apiKey('weather', 'second'),
        Guard: resourcePolicy('Allow'),
      },
      { secrets },
    );
    const before = identityRegistry(first);
    const registry = identityRegistry(second);
    expect(Object.values(second.read().endpoints)).toMatchObject([{ description: 'new', liveVersion: '1' }]);
    expect(registry.workloadIdentity('worker')?.allowedResourceOauth2ReturnUrls).toEqual([]);
    expect(registry.oauth2Provider('idp')?.callbackUrl).toBe(before.oauth2Provider('idp')?.callbackUrl);
    expect([...secrets.kept.values()]).toEqual(['second', 'second']);
    expect(Object.values(second.read().resourcePolicies)[0]).toContain('"Allow"');
    expect(second.read().tags).toEqual({});
  });

  test('of a name replaces them, and nothing of the old is left', async () => {
    const folder = folderWith();
    const secrets = memorySecrets();
    await startControl(folder, ALL, { secrets });
    const changed = {
      ...ALL,
      Stable: endpoint({ Name: 'other' }),
      Worker: identity({ Name: 'second' }),
      Idp: oauth2('second'),
      Weather: apiKey('second'),
    };
    const { endpoints, oauth2Providers, apiKeyProviders, workloadIdentities } = (
      await startControl(folder, changed, { secrets })
    ).read();
    expect(Object.values(endpoints).map(({ name }) => name)).toEqual(['other']);
    expect([Object.keys(oauth2Providers), Object.keys(apiKeyProviders)]).toEqual([['second'], ['second']]);
    expect(Object.keys(workloadIdentities)).not.toContain('worker');
    expect(secrets.kept.size).toBe(2);
  });

  test('that takes them out removes them with their secrets', async () => {
    const folder = folderWith();
    const secrets = memorySecrets();
    await startControl(folder, ALL, { secrets });
    const control = await startControl(folder, STACK, { secrets });
    const { endpoints, oauth2Providers, apiKeyProviders, resourcePolicies } = control.read();
    expect([endpoints, oauth2Providers, apiKeyProviders, resourcePolicies]).toEqual([{}, {}, {}, {}]);
    expect(secrets.kept.size).toBe(0);
  });

  test('an endpoint without a version follows the runtime at its own change only', async () => {
    const folder = folderWith();
    await startControl(folder, ALL);
    const changed = { ...ALL, Agent: runtime({ Description: 'new' }) };
    const control = await startControl(folder, changed);
    const arn = Object.values(control.read().runtimes)[0]?.agentRuntimeArn ?? '';
    expect(Object.values(control.read().runtimes)[0]?.agentRuntimeVersion).toBe('2');
    expect(Object.values(control.read().endpoints)).toMatchObject([{ liveVersion: '1' }]);
    expect(runtimeRegistry(control).runtime(arn, 'stable')).toMatchObject({ agentRuntimeArn: arn });
  });
});

describe('what is refused, by the name of the resource', () => {
  test.each<readonly [string, string, TestResource, RegExp]>([
    [
      'an endpoint of a version that is not there',
      'Stable',
      endpoint({ AgentRuntimeVersion: '9' }),
      /Version 9/,
    ],
    ['an endpoint that is called DEFAULT', 'Stable', endpoint({ Name: 'DEFAULT' }), /DEFAULT/],
    ['an identity with a space', 'Worker', identity({ Name: 'a b c' }), /name/],
    ['a tag of AWS', 'Worker', identity({ Tags: [{ Key: 'aws:x', Value: '1' }] }), /Tags|tags|Invalid|aws/],
    [
      'a provider whose vendor is not here',
      'Idp',
      of('OAuth2CredentialProvider', { ...oauth2().Properties, CredentialProviderVendor: 'GoogleOauth2' }),
      /GoogleOauth2/,
    ],
    [
      'a key in Secrets Manager',
      'Weather',
      of('ApiKeyCredentialProvider', { Name: 'w', ApiKeySecretConfig: {} }),
      /apiKey/,
    ],
    [
      'a policy of another resource',
      'Guard',
      of('ResourcePolicy', { ResourceArn: 'arn:x', Policy: '{}' }),
      /Resource not found/,
    ],
    [
      'a runtime whose image is not here',
      'Agent',
      runtime({ AgentRuntimeArtifact: { ContainerConfiguration: { ContainerUri: 'repository:unknown' } } }),
      /not on this machine/,
    ],
    [
      'a policy about a tool that is not there',
      'Own',
      {
        ...(STACK['Own'] ?? endpoint()),
        Properties: {
          ...STACK['Own']?.Properties,
          Definition: {
            Cedar: {
              Statement: {
                'Fn::Sub': [
                  'permit(principal, action == AgentCore::Action::"Hr___drop", resource == AgentCore::Gateway::"$' +
                    '{arn}");',
                  { arn: { 'Fn::GetAtt': ['Gateway', 'GatewayArn'] } },
                ],
              },
            },
          },
        },
      },
      /Validation failed: /,
    ],
  ])('%s', async (_id, name, resource, message) => {
    const folder = folderWith();
    const starting = startControl(folder, { ...ALL, [name]: resource });
    await expect(starting).rejects.toMatchObject({
      code: 'property_invalid',
      message: expect.stringMatching(new RegExp(`^"${name}" cannot be made: `)),
    });
    await expect(starting).rejects.toThrow(message);
    // What failed leaves nothing behind, so the mended template can be started.
    await expect(startControl(folder, ALL)).resolves.toBeDefined();
  });
});
