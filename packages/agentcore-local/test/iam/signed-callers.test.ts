/**
 * The whole local AWS: whoever holds a role's key can do with it what the role's policies say, at every service. A role
 * that may one thing on one resource is let in there, and a role that may nothing is refused by name.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BedrockAgentCoreClient, GetWorkloadAccessTokenCommand } from '@aws-sdk/client-bedrock-agentcore';
import {
  BedrockAgentCoreControlClient,
  GetGatewayCommand,
  ListGatewaysCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  ListUserPoolsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient, GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { AccessKey, Json } from '@secure-agent/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../../src/local-aws.ts';
import { signatureHeader } from '../credentials/sign.ts';
import { folderWith } from '../processes/support.ts';
import { assemblyOf, type TestResource } from '../support/stack.ts';

const OPERATOR = { accessKeyId: 'LOCLOPERATOR', secretAccessKey: 'operator-secret' };
const ACCOUNT = '000000000000';
const acps = (path: string): string => `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:${path}`;
const DIRECTORY = acps('workload-identity-directory/default');

const att = (id: string, name: string): Json => ({ 'Fn::GetAtt': [id, name] });
const allow = (Action: Json, Resource: Json, Condition: Json = {}): Json => ({
  ...{ Effect: 'Allow', Action, Resource, Condition },
});
const role = (...Statement: Json[]): TestResource => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
    Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement } }],
  },
});

/** A function that tells the keys it was given: the only way to a role's keys is to be what runs as the role. */
const TELL =
  'export const keys = async () => [process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SECRET_ACCESS_KEY];';
const functionAs = (roleId: string): TestResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: roleId,
    Role: att(roleId, 'Arn'),
    ...{ Runtime: 'nodejs24.x', Handler: 'index.keys' },
    Code: { S3Bucket: 'assets', S3Key: `${'a'.repeat(64)}.zip` },
  },
});

const RESOURCES: Readonly<Record<string, TestResource>> = {
  May: role(
    allow('dynamodb:GetItem', att('Table', 'Arn'), {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'] },
    }),
    allow('kms:DescribeKey', att('Key', 'Arn')),
    allow('lambda:InvokeFunction', `arn:aws:lambda:us-east-1:${ACCOUNT}:function:May`),
    allow('ses:SendEmail', `arn:aws:ses:us-east-1:${ACCOUNT}:identity/reports@example.com`, {
      'ForAllValues:StringLike': { 'ses:Recipients': ['*@example.com'] },
      Null: { 'ses:Recipients': 'false' },
    }),
    allow('cognito-idp:DescribeUserPool', att('Pool', 'Arn')),
    allow('bedrock-agentcore:GetGateway', att('Gateway', 'GatewayArn')),
    allow('bedrock-agentcore:GetWorkloadAccessToken', [DIRECTORY, `${DIRECTORY}/workload-identity/worker`]),
  ),
  Nothing: role(allow('s3:GetObject', '*')),
  MayFunction: functionAs('May'),
  NothingFunction: functionAs('Nothing'),
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'records',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    },
  },
  Key: { Type: 'AWS::KMS::Key', Properties: { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } },
  Sender: { Type: 'AWS::SES::EmailIdentity', Properties: { EmailIdentity: 'reports@example.com' } },
  Pool: { Type: 'AWS::Cognito::UserPool', Properties: {} },
  Worker: { Type: 'AWS::BedrockAgentCore::WorkloadIdentity', Properties: { Name: 'worker' } },
  Gateway: {
    Type: 'AWS::BedrockAgentCore::Gateway',
    Properties: {
      ...{ Name: 'hr', ProtocolType: 'MCP', AuthorizerType: 'AWS_IAM' },
      RoleArn: att('Nothing', 'Arn'),
    },
  },
};

let aws: LocalAws;
const keys = new Map<string, AccessKey>([['operator', OPERATOR]]);
const output = (name: string): string => String(aws.stackOutputs[name]);

beforeAll(async () => {
  const asset = folderWith({ 'index.mjs': TELL });
  const assembly = assemblyOf(RESOURCES, {
    Outputs: {
      Pool: { Value: { Ref: 'Pool' } },
      Key: { Value: { Ref: 'Key' } },
      Gateway: { Value: att('Gateway', 'GatewayIdentifier') },
    },
  });
  aws = await startLocalAws({
    ...{ assembly: { ...assembly, asset: () => asset }, folder: folderWith(), operator: OPERATOR },
    ...{ port: 0, mailboxPort: 0 },
  });
  for (const name of ['May', 'Nothing']) {
    const { Payload } = await new LambdaClient(sdk('operator')).send(
      new InvokeCommand({ FunctionName: name }),
    );
    const [accessKeyId, secretAccessKey] = JSON.parse(Buffer.from(Payload ?? []).toString());
    keys.set(name, { accessKeyId, secretAccessKey });
  }
});
afterAll(() => aws.stop());

const sdk = (who: string) => ({
  ...{ endpoint: aws.endpoint, region: 'us-east-1', maxAttempts: 1 },
  credentials: keys.get(who) ?? OPERATOR,
});

const mailTo = (who: string, address: string) =>
  new SESv2Client(sdk(who)).send(
    new SendEmailCommand({
      FromEmailAddress: 'reports@example.com',
      Destination: { ToAddresses: [address] },
      Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
    }),
  );
const item = (who: string, pk: string) =>
  new DynamoDBClient(sdk(who)).send(new GetItemCommand({ TableName: 'records', Key: { pk: { S: pk } } }));

/** KMS by hand: its client is no dependency of this package. */
async function describeKey(who: string): Promise<unknown> {
  const url = new URL(aws.endpoint);
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const amz = { 'x-amz-date': date, 'x-amz-target': 'TrentService.DescribeKey' };
  const body = JSON.stringify({ KeyId: output('Key') });
  const signed = Object.entries({ host: url.host, ...amz });
  const authorization = signatureHeader(
    { method: 'POST', path: '/', search: '', headers: signed, body },
    { ...(keys.get(who) ?? OPERATOR), service: 'kms', region: 'us-east-1', date },
  );
  const headers = { ...amz, authorization, 'content-type': 'application/x-amz-json-1.1' };
  const answer = await fetch(`${aws.endpoint}/`, { method: 'POST', body, headers });
  const { __type: name, message, ...rest } = JSON.parse(await answer.text());
  if (!answer.ok) throw Object.assign(new Error(message), { name });
  return rest;
}

/** What `May` may do and `Nothing` may not. */
const ALLOWED: readonly (readonly [action: string, call: (who: string) => Promise<unknown>])[] = [
  ['dynamodb:GetItem', (who) => item(who, 'mine')],
  ['kms:DescribeKey', (who) => describeKey(who)],
  [
    'lambda:InvokeFunction',
    (who) => new LambdaClient(sdk(who)).send(new InvokeCommand({ FunctionName: 'May' })),
  ],
  ['ses:SendEmail', (who) => mailTo(who, 'maria@example.com')],
  [
    'cognito-idp:DescribeUserPool',
    (who) =>
      new CognitoIdentityProviderClient(sdk(who)).send(
        new DescribeUserPoolCommand({ UserPoolId: output('Pool') }),
      ),
  ],
  [
    'bedrock-agentcore:GetGateway',
    (who) =>
      new BedrockAgentCoreControlClient(sdk(who)).send(
        new GetGatewayCommand({ gatewayIdentifier: output('Gateway') }),
      ),
  ],
  [
    'bedrock-agentcore:GetWorkloadAccessToken',
    (who) =>
      new BedrockAgentCoreClient(sdk(who)).send(
        new GetWorkloadAccessTokenCommand({ workloadName: 'worker' }),
      ),
  ],
];

const refused = (action: string) => ({
  name: 'AccessDeniedException',
  message: expect.stringMatching(
    new RegExp(
      `^User: arn:aws:iam::${ACCOUNT}:role/\\S+ is not authorized to perform: ${action} on resource: `,
    ),
  ),
});

describe('an action on a resource', () => {
  test.each(ALLOWED)('%s: for the role that may, for the operator, for no other', async (action, call) => {
    await expect(call('Nothing')).rejects.toMatchObject(refused(action));
    await expect(call('May')).resolves.toBeDefined();
    await expect(call('operator')).resolves.toBeDefined();
  });
});

/** Beside what `May` may do: another action, another resource, another value. */
const BESIDE: readonly (readonly [id: string, action: string, call: (who: string) => Promise<unknown>])[] = [
  [
    'another action on the table',
    'dynamodb:Scan',
    (who) => new DynamoDBClient(sdk(who)).send(new ScanCommand({ TableName: 'records' })),
  ],
  ["somebody else's item", 'dynamodb:GetItem', (who) => item(who, 'yours')],
  ['a recipient outside', 'ses:SendEmail', (who) => mailTo(who, 'eve@elsewhere.example')],
  [
    'another function',
    'lambda:InvokeFunction',
    (who) => new LambdaClient(sdk(who)).send(new InvokeCommand({ FunctionName: 'Nothing' })),
  ],
  [
    'all pools',
    'cognito-idp:ListUserPools',
    (who) => new CognitoIdentityProviderClient(sdk(who)).send(new ListUserPoolsCommand({ MaxResults: 1 })),
  ],
  [
    'all gateways',
    'bedrock-agentcore:ListGateways',
    (who) => new BedrockAgentCoreControlClient(sdk(who)).send(new ListGatewaysCommand({})),
  ],
];

test.each(BESIDE)('%s is refused to the role, and not to the operator', async (_id, action, call) => {
  await expect(call('May')).rejects.toMatchObject(refused(action));
  await expect(call('operator')).resolves.toBeDefined();
});

test("the server's log names who, the action and the resource", () => {
  const lines = readFileSync(join(aws.logFolder, 'server.log'), 'utf8').trim().split('\n');
  const found = lines.map((line) => JSON.parse(line)).find(({ action }) => action === 'dynamodb:Scan');
  expect(found).toMatchObject({
    ...{ where: 'iam', reason: 'no_statement', action: 'dynamodb:Scan' },
    principal: expect.stringContaining(`:role/`),
    resource: `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/records`,
  });
});
