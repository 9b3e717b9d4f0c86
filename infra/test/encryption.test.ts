/** A customer's own key, where the configuration asks for one. */
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { permissionsOf } from './support/permissions.ts';
import { propertiesOf } from './support/properties.ts';
import { templateOf } from './support/synthesized.ts';

let template: ReturnType<typeof templateOf>;
beforeAll(() => {
  template = templateOf({ configuration: { encryption: 'customer' } });
});
const KEY = { 'Fn::GetAtt': [Match.stringLikeRegexp('^EncryptionKey'), 'Arn'] };
const key = () => propertiesOf(template, 'AWS::KMS::Key', 'EncryptionKey');

describe('what the stack keeps is under the key', () => {
  test('every log group', () => {
    template.resourceCountIs('AWS::Logs::LogGroup', 6);
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: KEY });
  });

  test('the table and the gateway', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KEY },
    });
    template.hasResourceProperties('AWS::BedrockAgentCore::Gateway', { KmsKeyArn: KEY });
  });
});

test('the policy engine, under a name that no engine without the key has', () => {
  template.hasResourceProperties('AWS::BedrockAgentCore::PolicyEngine', {
    Name: 'secure_agent_local_key',
    EncryptionKeyArn: KEY,
  });
});

test('a name that no engine could have stops the synthesis', () => {
  const configuration = { encryption: 'customer', application: 'a'.repeat(31) } as const;
  expect(() => templateOf({ stage: 'b'.repeat(16), configuration })).toThrow(/longer than 48 characters/);
});

test('the key rotates; it outlives a stage whose data does', () => {
  expect(key().EnableKeyRotation).toBe(true);
  const production = templateOf({ stage: 'prod', configuration: { encryption: 'customer' } });
  production.hasResource('AWS::KMS::Key', {
    DeletionPolicy: 'Retain',
    Properties: { EnableKeyRotation: true },
  });
});

test('logs use it for the groups of this stack and no others', () => {
  const [, logs] = key().KeyPolicy.Statement;
  expect(logs).toMatchObject({
    Principal: { Service: 'logs.us-east-1.amazonaws.com' },
    Condition: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': [
          'secure-agent-local-*',
          '/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/secure-agent-local-??????????',
          '/aws/bedrock-agentcore/runtimes/secure_agent_local-??????????-*',
        ].map((name) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}`),
      },
    },
  });
});

test('the gateway’s role reads the engine’s policies with it: what the service does under that role is via the service', () => {
  const gateway = permissionsOf(template).filter(
    ({ role, resource }) => role === 'GatewayRole' && resource === 'EncryptionKey.Arn',
  );
  expect(gateway.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey']),
  );
});

test('two roles use it, each through the service that keeps its data', () => {
  const users = permissionsOf(template).filter(({ resource }) => resource === 'EncryptionKey.Arn');
  expect([...new Set(users.map(({ role }) => role))].toSorted()).toEqual(['GatewayRole', 'HrTargetRole']);
  for (const service of ['bedrock-agentcore', 'dynamodb']) {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: Match.arrayWith(['kms:Decrypt']),
            Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } },
          }),
        ]),
      },
    });
  }
});

test('unless asked for, there is one key, and it encrypts nothing', () => {
  const plain = templateOf();
  plain.resourceCountIs('AWS::KMS::Key', 1);
  plain.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: Match.absent() });
});
