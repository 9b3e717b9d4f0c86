/** The whole local AWS: what the policies of a stack's roles say is what a gateway with AWS_IAM lets in. */
import {
  BedrockAgentCoreControlClient,
  DeleteResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { AccessKey, Json } from '@secure-agent/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalAws, startLocalAws } from '../../src/local-aws.ts';
import { signatureHeader } from '../credentials/sign.ts';
import { folderWith } from '../processes/support.ts';
import { assemblyOf, type TestResource } from '../support/stack.ts';

const OPERATOR = { accessKeyId: 'LOCLOPERATOR', secretAccessKey: 'operator-secret' };
const INVOKE = 'bedrock-agentcore:InvokeGateway';
const GATEWAY = { 'Fn::GetAtt': ['Gateway', 'GatewayArn'] };

const trust: Json = { Version: '2012-10-17', Statement: [] };
const role = (policy: Json): TestResource => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: trust, Policies: [{ PolicyName: 'p', PolicyDocument: policy }] },
});
const policy = (...Statement: Json[]): Json => ({ Version: '2012-10-17', Statement });
const allow = (Action: Json, Resource: Json): Json => ({ Effect: 'Allow', Action, Resource });

/** A function that tells the keys it was given: the only way to a role's keys is to be what runs as the role. */
const TELL =
  'export const keys = async () => [process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SECRET_ACCESS_KEY];';
const functionAs = (roleId: string): TestResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: roleId,
    Role: { 'Fn::GetAtt': [roleId, 'Arn'] },
    ...{ Runtime: 'nodejs24.x', Handler: 'index.keys' },
    Code: { S3Bucket: 'assets', S3Key: `${'a'.repeat(64)}.zip` },
  },
});

const ROLES: Readonly<Record<string, Json>> = {
  Allowed: policy(allow(INVOKE, GATEWAY)),
  Other: policy(allow(INVOKE, 'arn:aws:bedrock-agentcore:us-east-1:000000000000:gateway/other-0123456789')),
  Denied: policy(allow('*', '*'), { Effect: 'Deny', Action: INVOKE, Resource: GATEWAY }),
  Attached: policy(allow('s3:GetObject', '*')),
};

let aws: LocalAws;
let control: BedrockAgentCoreControlClient;
const keys = new Map<string, AccessKey>([['operator', OPERATOR]]);

async function keysOf(lambda: LambdaClient, name: string): Promise<AccessKey> {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: name }));
  const [accessKeyId, secretAccessKey] = JSON.parse(Buffer.from(Payload ?? []).toString());
  return { accessKeyId, secretAccessKey };
}

beforeAll(async () => {
  const names = Object.keys(ROLES);
  const asset = folderWith({ 'index.mjs': TELL });
  const assembly = assemblyOf(
    {
      ...Object.fromEntries(names.map((name) => [name, role(ROLES[name] ?? null)])),
      ...Object.fromEntries(names.map((name) => [`${name}Function`, functionAs(name)])),
      AttachedPolicy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'attached',
          Roles: [{ Ref: 'Attached' }],
          PolicyDocument: policy(allow('bedrock-agentcore:Invoke*', GATEWAY)),
        },
      },
      GatewayRole: role(policy(allow('lambda:InvokeFunction', '*'))),
      Gateway: {
        Type: 'AWS::BedrockAgentCore::Gateway',
        Properties: {
          ...{ Name: 'hr', ProtocolType: 'MCP', AuthorizerType: 'AWS_IAM' },
          RoleArn: { 'Fn::GetAtt': ['GatewayRole', 'Arn'] },
        },
      },
    },
    {
      Outputs: {
        Url: { Value: { 'Fn::GetAtt': ['Gateway', 'GatewayUrl'] } },
        Arn: { Value: GATEWAY },
        OtherArn: { Value: { 'Fn::GetAtt': ['Other', 'Arn'] } },
      },
    },
  );
  const folder = folderWith();
  aws = await startLocalAws({
    ...{ assembly: { ...assembly, asset: () => asset }, folder, operator: OPERATOR },
    ...{ port: 0, mailboxPort: 0 },
  });
  const sdk = { endpoint: aws.endpoint, region: 'us-east-1', credentials: OPERATOR, maxAttempts: 1 };
  control = new BedrockAgentCoreControlClient(sdk);
  const lambda = new LambdaClient(sdk);
  for (const name of names) keys.set(name, await keysOf(lambda, name));
  lambda.destroy();
});
afterAll(async () => {
  control.destroy();
  await aws.stop();
});

/** Lists the gateway's tools with somebody's signature. */
async function listAs(name: string): Promise<Response> {
  const url = new URL(String(aws.stackOutputs['Url']));
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const sent = { host: url.host, 'x-amz-date': date };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
  const authorization = signatureHeader(
    { method: 'POST', path: url.pathname, search: '', headers: Object.entries(sent), body },
    {
      ...(keys.get(name) ?? OPERATOR),
      ...{ service: 'bedrock-agentcore', region: 'us-east-1', date },
    },
  );
  const accept = 'application/json, text/event-stream';
  const headers = { 'x-amz-date': date, authorization, accept, 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', body, headers });
}

test.each([
  ['operator', 200],
  ['Allowed', 200],
  ['Attached', 200],
  ['Other', 403],
  ['Denied', 403],
])('%s gets %d', async (name, status) => {
  const answer = await listAs(name);
  const text = await answer.text();
  expect(answer.status, text).toBe(status);
  if (status === 403)
    expect(text).toContain(`is not authorized to perform: ${INVOKE} on resource: ${aws.stackOutputs['Arn']}`);
  else expect(text).toContain('"tools"');
});

test("a gateway's own policy lets a role in that its own policies do not, but never against a deny", async () => {
  const resourceArn = String(aws.stackOutputs['Arn']);
  const statement = {
    ...{ Effect: 'Allow', Action: INVOKE, Resource: resourceArn },
    Principal: { AWS: aws.stackOutputs['OtherArn'] },
  };
  const both = { ...statement, Principal: '*' };
  const put = (one: object) =>
    control.send(
      new PutResourcePolicyCommand({
        resourceArn,
        policy: JSON.stringify({ Version: '2012-10-17', Statement: [one] }),
      }),
    );
  await put(statement);
  expect((await listAs('Other')).status).toBe(200);
  await put(both);
  expect((await listAs('Denied')).status).toBe(403);
  await control.send(new DeleteResourcePolicyCommand({ resourceArn }));
  expect((await listAs('Other')).status).toBe(403);
});
