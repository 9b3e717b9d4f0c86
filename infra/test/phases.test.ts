/** Going from one configuration to the next replaces nothing that holds state: same logical ids, same create-only properties. */
import { type Configuration, configuration, type PolicyMode } from '@secure-agent/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { member } from '../src/rules/rule.ts';
import { realConfiguration, templateOf } from './support/synthesized.ts';

/** Properties whose change replaces the resource (CloudFormation resource reference), of every type of the stack that has any. */
const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::BedrockAgentCore::GatewayTarget': ['GatewayIdentifier'],
  'AWS::BedrockAgentCore::OAuth2CredentialProvider': ['Name', 'CredentialProviderVendor'],
  'AWS::BedrockAgentCore::Policy': ['PolicyEngineId', 'Name'],
  'AWS::BedrockAgentCore::PolicyEngine': ['Name', 'EncryptionKeyArn'],
  'AWS::BedrockAgentCore::Runtime': ['AgentRuntimeName'],
  'AWS::Cognito::UserPoolClient': ['UserPoolId', 'GenerateSecret'],
  'AWS::Cognito::UserPoolDomain': ['UserPoolId', 'Domain'],
  'AWS::Cognito::UserPoolGroup': ['UserPoolId', 'GroupName'],
  'AWS::Cognito::UserPoolResourceServer': ['UserPoolId', 'Identifier'],
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType'],
  'AWS::Logs::Delivery': ['DeliverySourceName', 'DeliveryDestinationArn'],
  'AWS::Logs::DeliveryDestination': ['Name', 'DeliveryDestinationType', 'DestinationResourceArn'],
  'AWS::Logs::DeliverySource': ['Name'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::SES::EmailIdentity': ['EmailIdentity'],
  'AWS::XRay::ResourcePolicy': ['PolicyName'],
};
/** Nothing of their names is fixed at creation, or nothing is lost with them. */
const FREE = [
  'AWS::BedrockAgentCore::Gateway',
  'AWS::Cognito::UserPool',
  'AWS::IAM::Policy',
  'AWS::Lambda::Permission',
];

/** Phases in their order: what is configured, and what the doors then ask for. */
const ORDER = [
  ['sigv4', { configuration: { phases: { local: 'sigv4' } } }, ['AWS_IAM', 'SIGV4', undefined]],
  ['jwt', { configuration: { phases: { local: 'jwt' } } }, ['CUSTOM_JWT', 'JWT', undefined]],
  ['log_only', { mode: 'LOG_ONLY' }, ['CUSTOM_JWT', 'JWT', 'LOG_ONLY']],
  ['enforce', { mode: 'ENFORCE' }, ['CUSTOM_JWT', 'JWT', 'ENFORCE']],
] as const satisfies readonly (readonly [string, Phase, readonly unknown[]])[];
/** What holds state, or the addresses that callers know. */
const STATE = [
  'AWS::BedrockAgentCore::Gateway',
  'AWS::BedrockAgentCore::PolicyEngine',
  'AWS::BedrockAgentCore::Runtime',
  'AWS::Cognito::UserPool',
  'AWS::DynamoDB::Table',
];

type Phase = { readonly mode?: PolicyMode; readonly configuration?: Partial<Configuration> };
type Resources = Readonly<Record<string, { Type: string; Properties?: Readonly<Record<string, unknown>> }>>;
const known = new Map<string, Resources>();
/** A synthesis for each phase, whichever tests ask. */
function resourcesOf(phase: Phase): Resources {
  const key = JSON.stringify(phase);
  const resources: Resources = known.get(key) ?? templateOf(phase).toJSON()['Resources'];
  known.set(key, resources);
  return resources;
}

let before: Resources;
beforeAll(() => {
  before = resourcesOf({ mode: 'LOG_ONLY' });
});

/** What makes a resource another one. */
const identities = (resources: Resources): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(resources).map(([id, { Type, Properties = {} }]) => [
      id,
      [Type, ...(CREATE_ONLY[Type] ?? []).map((name) => Properties[name])],
    ]),
  );

test('every type of the stack is one of these', () => {
  const types = new Set(Object.values(before).map(({ Type }) => Type));
  expect([...types].filter((type) => !Object.hasOwn(CREATE_ONLY, type) && !FREE.includes(type))).toEqual([]);
});

describe.each(ORDER)('phase %s', (_phase, phase, expected) => {
  const one = (resources: Resources, type: string) => {
    const [first, ...others] = Object.values(resources).filter(({ Type }) => Type === type);
    expect(others).toEqual([]);
    return first?.Properties ?? {};
  };

  test('both doors ask for the same thing, and the engine is attached or not', () => {
    const resources = resourcesOf(phase);
    const gateway = one(resources, 'AWS::BedrockAgentCore::Gateway');
    const runtime = one(resources, 'AWS::BedrockAgentCore::Runtime');
    const jwt = expected[0] === 'CUSTOM_JWT';
    expect([
      gateway['AuthorizerType'],
      member(runtime, 'EnvironmentVariables', 'INBOUND_AUTH'),
      member(gateway, 'PolicyEngineConfiguration', 'Mode'),
    ]).toEqual(expected);
    for (const door of [gateway, runtime]) {
      expect(member(door, 'AuthorizerConfiguration', 'CustomJWTAuthorizer') !== undefined).toBe(jwt);
    }
    expect(runtime['RequestHeaderConfiguration']).toEqual(
      jwt ? { RequestHeaderAllowlist: ['Authorization'] } : undefined,
    );
  });

  test('policies are there with the engine that is asked, and so is the right to ask it', () => {
    const resources = resourcesOf(phase);
    const types = Object.values(resources).map(({ Type }) => Type);
    const asked = expected[2] !== undefined;
    expect(types.includes('AWS::BedrockAgentCore::Policy')).toBe(asked);
    expect(JSON.stringify(resources).includes('bedrock-agentcore:AuthorizeAction')).toBe(asked);
  });
});

const STEPS = ORDER.slice(1).map(([to, phase], index) => {
  const [from, earlier] = ORDER[index] ?? ORDER[0];
  return [from, to, earlier, phase] as const;
});

test.each(STEPS)('from %s to %s nothing is replaced and nothing leaves', (_from, _to, earlier, phase) => {
  const [one, other] = [resourcesOf(earlier), resourcesOf(phase)];
  expect(JSON.stringify(other)).not.toBe(JSON.stringify(one));
  expect(identities(other)).toMatchObject(identities(one));
});

test.each(STEPS)('and back from there to %s, what holds state stays', (_from, _to, earlier, phase) => {
  const holding = (resources: Resources) =>
    Object.entries(identities(resources)).filter(([id]) => STATE.includes(resources[id]?.Type ?? ''));
  const stays = holding(resourcesOf(phase));
  expect(new Set(stays.map(([id]) => resourcesOf(phase)[id]?.Type))).toEqual(new Set(STATE));
  expect(holding(resourcesOf(earlier))).toEqual(stays);
});

describe('a stage that keeps its data', () => {
  test.each<[string, Partial<Configuration>]>([
    ['in phase sigv4', { phases: { prod: 'sigv4' } }],
    ['in phase jwt', { phases: { prod: 'jwt' } }],
    ['with a gateway without authorizer', { development: { gatewayWithoutAuthorizer: true } }],
  ])('%s is refused', (_what, change) => {
    expect(() => templateOf({ stage: 'prod', configuration: change })).toThrow(
      expect.objectContaining({
        code: 'configuration_invalid',
        message: expect.stringContaining('"prod" keeps its data'),
      }),
    );
  });

  test('is not touched by the phase of another stage', () => {
    const plain = templateOf({ stage: 'prod' }).toJSON();
    expect(templateOf({ stage: 'prod', configuration: { phases: { dev: 'jwt' } } }).toJSON()).toEqual(plain);
  });
});

describe('AuthorizerType NONE', () => {
  test('comes with the development flag alone; the runtime keeps its authorizer', () => {
    const open = resourcesOf({ configuration: { development: { gatewayWithoutAuthorizer: true } } });
    const enforced = resourcesOf({});
    const changed = Object.keys(open).filter(
      (id) => JSON.stringify(open[id]) !== JSON.stringify(enforced[id]),
    );
    expect(changed).toEqual([expect.stringMatching(/^Gateway[0-9A-F]{8}$/)]);
    const { Properties = {} } = open[changed[0] ?? ''] ?? {};
    expect(Properties).toMatchObject({ AuthorizerType: 'NONE' });
    expect(Properties).not.toHaveProperty('AuthorizerConfiguration');
    expect(JSON.stringify(enforced)).not.toContain('"NONE"');
  });

  test.each([{ gatewayWithoutAuthorizer: false }, { anything: true }])('no other flag: %j', (development) => {
    const parsed = configuration.safeParse({ ...realConfiguration, development });
    expect(parsed.success).toBe(false);
  });
});

test('LOG_ONLY to ENFORCE changes one property of one resource', () => {
  const after = resourcesOf({ mode: 'ENFORCE' });
  const changed = Object.keys(after).filter((id) => JSON.stringify(after[id]) !== JSON.stringify(before[id]));
  expect(Object.keys(after)).toEqual(Object.keys(before));
  expect(changed).toEqual([expect.stringMatching(/^Gateway[0-9A-F]{8}$/)]);
  const [id = ''] = changed;
  const switched = JSON.stringify(after[id]).replace('"Mode":"ENFORCE"', '"Mode":"LOG_ONLY"');
  expect(switched).toBe(JSON.stringify(before[id]));
});

test.each<[string, Partial<Configuration>]>([
  ['a zip archive in place of an image', { artifact: 'zip' }],
  ['a model in place of the planner', { model: { provider: 'bedrock', modelId: 'vendor.model-v1:0' } }],
  ['a topic for alarms', { alarmTopicArn: 'arn:aws:sns:us-east-1:111122223333:on-call' }],
])('%s replaces nothing', (_what, change) => {
  const after = resourcesOf({ mode: 'LOG_ONLY', configuration: change });
  expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
  expect(identities(after)).toMatchObject(identities(before));
});

test('a key of the customer replaces the policy engine under another name, its policies with it, and nothing else', () => {
  const after = resourcesOf({ mode: 'LOG_ONLY', configuration: { encryption: 'customer' } });
  const [was, is] = [identities(before), identities(after)];
  const replaced = Object.keys(was).filter((id) => JSON.stringify(was[id]) !== JSON.stringify(is[id]));
  expect(replaced).toEqual([expect.stringMatching(/^PoliciesEngine[0-9A-F]{8}$/)]);
  const [engine = ''] = replaced;
  expect(after[engine]?.Properties?.['Name']).not.toBe(before[engine]?.Properties?.['Name']);
});
