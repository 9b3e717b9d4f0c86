/** Going from one configuration to the next replaces nothing that holds state: same logical ids, same create-only properties. */
import type { Configuration, PolicyMode } from '@secure-agent/contracts';
import { beforeAll, expect, test } from 'vitest';
import { templateOf } from './support/synthesized.ts';

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
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::SES::EmailIdentity': ['EmailIdentity'],
};
/** Nothing of their names is fixed at creation, or nothing is lost with them. */
const FREE = [
  'AWS::BedrockAgentCore::Gateway',
  'AWS::Cognito::UserPool',
  'AWS::IAM::Policy',
  'AWS::Lambda::Permission',
];

type Phase = { readonly mode?: PolicyMode; readonly configuration?: Partial<Configuration> };
type Resources = Readonly<Record<string, { Type: string; Properties?: Readonly<Record<string, unknown>> }>>;
const resourcesOf = (phase: Phase): Resources => templateOf(phase).toJSON()['Resources'];

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
  ['a key of the customer', { encryption: 'customer' }],
])('%s replaces nothing', (_what, configuration) => {
  const after = resourcesOf({ mode: 'LOG_ONLY', configuration });
  expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
  expect(identities(after)).toMatchObject(identities(before));
});
