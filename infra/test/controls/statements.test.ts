/**
 * Every statement of every role and key of a stage with all that can be configured, word for word. What no role may do is
 * asserted again on what the statements mean together, so that a mistake in a list above is not repeated below.
 */
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { resolve } from '../support/resolve.ts';
import { templateOf } from '../support/synthesized.ts';
import { plain } from './tree.ts';
import { LOCAL, OTHER_PROVIDER, PRODUCTION } from './variants.ts';

const PLACE = 'us-east-1:000000000000';
const AGENTCORE = `arn:aws:bedrock-agentcore:${PLACE}`;
const DIRECTORY = `${AGENTCORE}:workload-identity-directory/default`;
const WORKLOAD = `${DIRECTORY}/workload-identity/secure-agent-stage-??????????`;
const PROFILE = `arn:aws:bedrock:${PLACE}:inference-profile/us.vendor.model-v1:0`;
const LOGS = `arn:aws:logs:${PLACE}:log-group`;
const RUNTIME_LOGS = `${LOGS}:/aws/bedrock-agentcore/runtimes/secure_agent_stage-??????????-*`;
const DATA_KEY =
  'kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptFrom kms:ReEncryptTo';

type Statement = Readonly<Record<string, unknown>>;
const list = (value: unknown): readonly string[] =>
  value === undefined ? [] : [resolve(value)].flat().map((one) => plain(String(one)));

/** `Effect actions on resources`, then whatever else the statement says. */
function sentence({ Effect, Action, Resource, ...rest }: Statement): string {
  const more = Object.keys(rest).length === 0 ? [] : [plain(JSON.stringify(resolve(rest)))];
  const on = Resource === undefined ? [] : [`on ${list(Resource).join(' ')}`];
  return [`${Effect}`, ...list(Action), ...on, ...more].join(' ');
}

const documents = (template: Template, type: string, name: string) =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => ({
    id: plain(id),
    roles: list(Properties.Roles ?? []),
    statements: Properties[name].Statement as readonly Statement[],
  }));

let all: Template;
beforeAll(() => {
  all = templateOf(PRODUCTION);
});

const LAMBDA = 'Allow sts:AssumeRole {"Principal":{"Service":"lambda.amazonaws.com"}}';
const assumedFor = (resource: string): string =>
  `Allow sts:AssumeRole ${JSON.stringify({
    Condition: {
      StringEquals: { 'aws:SourceAccount': '000000000000' },
      ArnLike: { 'aws:SourceArn': `${AGENTCORE}:${resource}-??????????` },
    },
    Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
  })}`;

test('each role is assumed by one service, and by AgentCore for one resource of this account', () => {
  const trusts = documents(all, 'AWS::IAM::Role', 'AssumeRolePolicyDocument');
  expect(Object.fromEntries(trusts.map(({ id, statements }) => [id, statements.map(sentence)]))).toEqual({
    IdentityTokenClaimsRole: [LAMBDA],
    InterceptorsRequestRole: [LAMBDA],
    InterceptorsResponseRole: [LAMBDA],
    HrTargetRole: [LAMBDA],
    ReportTargetRole: [LAMBDA],
    GatewayRole: [assumedFor('gateway/secure-agent-stage')],
    RuntimeRole: [assumedFor('runtime/secure_agent_stage')],
  });
});

const through = (service: string): string =>
  JSON.stringify({ Condition: { StringEquals: { 'kms:ViaService': `${service}.us-east-1.amazonaws.com` } } });
const writes = (group: string): string => `Allow logs:CreateLogStream logs:PutLogEvents on ${group}.Arn`;

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  IdentityTokenClaimsRole: [writes('IdentityTokenClaimsLogs')],
  InterceptorsRequestRole: [writes('InterceptorsRequestLogs'), 'Allow kms:GenerateMac on CallerKey.Arn'],
  InterceptorsResponseRole: [writes('InterceptorsResponseLogs')],
  HrTargetRole: [
    writes('HrTargetLogs'),
    'Allow kms:VerifyMac on CallerKey.Arn',
    'Allow dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem on DataTable.Arn',
    `Allow ${DATA_KEY} on EncryptionKey.Arn ${through('dynamodb')}`,
  ],
  ReportTargetRole: [
    writes('ReportTargetLogs'),
    'Allow kms:VerifyMac on CallerKey.Arn',
    `Allow ses:SendEmail on arn:aws:ses:${PLACE}:identity/DataSender ${JSON.stringify({
      Condition: {
        StringEquals: { 'ses:FromAddress': 'reports@example.com' },
        'ForAllValues:StringLike': { 'ses:Recipients': ['*@example.com'] },
        Null: { 'ses:Recipients': 'false' },
      },
    })}`,
  ],
  GatewayRole: [
    'Allow bedrock-agentcore:AuthorizeAction bedrock-agentcore:GetPolicyEngine bedrock-agentcore:PartiallyAuthorizeActions on PoliciesEngine.PolicyEngineArn',
    `Allow bedrock-agentcore:AuthorizeAction bedrock-agentcore:PartiallyAuthorizeActions on ${AGENTCORE}:gateway/secure-agent-stage-??????????`,
    'Allow lambda:InvokeFunction on HrTargetFunction.Arn InterceptorsRequestFunction.Arn InterceptorsResponseFunction.Arn ReportTargetFunction.Arn',
    `Allow bedrock-agentcore:GetWorkloadAccessToken on ${DIRECTORY} ${WORKLOAD}`,
    `Allow bedrock-agentcore:GetResourceOauth2Token on ${AGENTCORE}:token-vault/default ${DIRECTORY} ${WORKLOAD} ApiHolidaysProvider.CredentialProviderArn`,
    `Allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:${PLACE}:secret:bedrock-agentcore-identity!default/oauth2/secure-agent-stage-Holidays-??????`,
    `Allow kms:CreateGrant kms:Decrypt kms:DescribeKey kms:GenerateDataKey on EncryptionKey.Arn ${through('bedrock-agentcore')}`,
  ],
  RuntimeRole: [
    `Allow ecr:BatchGetImage ecr:GetDownloadUrlForLayer on arn:aws:ecr:${PLACE}:repository/cdk-hnb659fds-container-assets-000000000000-us-east-1`,
    'Allow cloudwatch:PutMetricData ecr:GetAuthorizationToken xray:PutTraceSegments on *',
    `Allow logs:CreateLogGroup logs:CreateLogStream logs:DescribeLogStreams logs:PutLogEvents on ${RUNTIME_LOGS}`,
    `Allow logs:DescribeLogGroups on ${LOGS}:*`,
    `Allow bedrock:InvokeModel bedrock:InvokeModelWithResponseStream on ${PROFILE}`,
    `Allow bedrock:InvokeModel bedrock:InvokeModelWithResponseStream on arn:aws:bedrock:*::foundation-model/vendor.model-v1:0 ${JSON.stringify({ Condition: { StringEquals: { 'bedrock:InferenceProfileArn': PROFILE } } })}`,
    'Deny bedrock-agentcore:GetWorkloadAccessTokenForUserId bedrock-agentcore:InvokeAgentRuntimeForUser on *',
  ],
};

describe('what a role may do', () => {
  test.each(Object.keys(ALLOWED))('%s: exactly these statements', (role) => {
    const found = documents(all, 'AWS::IAM::Policy', 'PolicyDocument').filter(({ roles }) =>
      roles.includes(role),
    );
    expect(found.flatMap(({ statements }) => statements.map(sentence))).toEqual(ALLOWED[role]);
  });

  test('every policy is of one of these roles, and of one only', () => {
    const roles = documents(all, 'AWS::IAM::Policy', 'PolicyDocument').map((one) => one.roles);
    expect(roles.map((of) => of.join()).toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
  });

  test('with an archive in place of an image, the runtime reads one object', () => {
    const runtime = documents(templateOf(OTHER_PROVIDER), 'AWS::IAM::Policy', 'PolicyDocument').find(
      ({ roles }) => roles.includes('RuntimeRole'),
    );
    const found = runtime?.statements.map(sentence) ?? [];
    const [archive, ...others] = found.toSorted((one) => (one.includes(' s3:') ? -1 : 1));
    expect(archive).toMatch(
      /^Allow s3:GetObject on arn:aws:s3:::cdk-hnb659fds-assets-000000000000-us-east-1\/[0-9a-f]{64}\.zip$/,
    );
    const same = (ALLOWED['RuntimeRole'] ?? [])
      .filter((one) => !/ ecr:Batch| bedrock:/.test(one))
      .map((one) => one.replace(' ecr:GetAuthorizationToken', ''));
    expect(others.toSorted()).toEqual(same.toSorted());
  });
});

describe('what a key’s own policy allows', () => {
  const ROOT = '"Principal":{"AWS":"arn:aws:iam::000000000000:root"}';
  const policyOf = (key: string) =>
    documents(all, 'AWS::KMS::Key', 'KeyPolicy')
      .find(({ id }) => id === key)
      ?.statements.map(sentence);

  test('callers’ key: the account administers, one role signs, the tools’ roles verify', () => {
    const administration = ['CancelKeyDeletion', 'DescribeKey', 'DisableKey', 'EnableKey', 'GetKeyPolicy'];
    const more = ['ListGrants', 'ListKeyPolicies', 'ListResourceTags', 'PutKeyPolicy', 'RevokeGrant'];
    const last = ['ScheduleKeyDeletion', 'TagResource', 'UntagResource', 'UpdateKeyDescription'];
    const actions = [...administration, ...more, ...last].map((action) => `kms:${action}`).join(' ');
    expect(policyOf('CallerKey')).toEqual([
      `Allow ${actions} on * {${ROOT},"Sid":"Administration"}`,
      'Allow kms:GenerateMac on * {"Principal":{"AWS":"InterceptorsRequestRole.Arn"}}',
      'Allow kms:VerifyMac on * {"Principal":{"AWS":["HrTargetRole.Arn","ReportTargetRole.Arn"]}}',
    ]);
  });

  test('the customer’s key: the account through IAM, and CloudWatch Logs for this stack’s groups', () => {
    const groups = [
      'secure-agent-stage-*',
      '/aws/vendedlogs/bedrock-agentcore/gateway/APPLICATION_LOGS/secure-agent-stage-??????????',
      '/aws/bedrock-agentcore/runtimes/secure_agent_stage-??????????-*',
    ].map((name) => `${LOGS}:${name}`);
    expect(policyOf('EncryptionKey')).toEqual([
      `Allow kms:* on * {${ROOT}}`,
      `Allow ${DATA_KEY} on * ${JSON.stringify({
        Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
        Principal: { Service: 'logs.us-east-1.amazonaws.com' },
      })}`,
    ]);
  });
});

/** Whether an action of a statement, stars and all, covers one action. Case does not matter to IAM. */
function covers(pattern: string, action: string): boolean {
  const parts = pattern.toLowerCase().split('*');
  const escaped = parts.map((part) => part.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('?', '.'));
  return new RegExp(`^${escaped.join('.*')}$`).test(action.toLowerCase());
}

describe.each([
  ['a stage that keeps its data', PRODUCTION],
  ['the local stage', LOCAL],
  ['a stage with another provider', OTHER_PROVIDER],
])('in %s', (_stage, options) => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(options);
  });
  const allowing = (action: string) =>
    documents(template, 'AWS::IAM::Policy', 'PolicyDocument').flatMap(({ roles, statements }) =>
      statements
        .filter(({ Effect, NotAction }) => Effect === 'Allow' || NotAction !== undefined)
        .filter(({ Action }) => list(Action).some((pattern) => covers(pattern, action)))
        .map(({ Resource }) => `${roles} ${list(Resource)}`),
    );

  test('CO-16 no role passes a role, runs code, reads memory or another agent, or lists images', () => {
    const service = ['InvokeCodeInterpreter', 'StartBrowserSession', 'RetrieveMemoryRecords', 'CreateEvent'];
    const agents = ['InvokeAgentRuntime', 'InvokeGateway', 'GetResourceApiKey'];
    const actions = [...service, ...agents].map((name) => `bedrock-agentcore:${name}`);
    const others = ['iam:PassRole', 'sts:AssumeRole', 'ecr:DescribeImages', 'ecr:PutImage', 's3:ListBucket'];
    expect([...actions, ...others].flatMap(allowing)).toEqual([]);
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  test('CO-16 the gateway’s role reaches its functions and its engine alone', () => {
    const functions = allowing('lambda:InvokeFunction').map((one) => one.replaceAll('Function.Arn', ''));
    expect(functions).toEqual(['GatewayRole HrTarget,InterceptorsRequest,InterceptorsResponse,ReportTarget']);
    expect(allowing('bedrock-agentcore:GetPolicyEngine')).toEqual([
      'GatewayRole PoliciesEngine.PolicyEngineArn',
    ]);
  });

  test('CO-17 no role of the stack may change it: denied, because nothing allows it', () => {
    const gateways = ['CreateGateway', 'UpdateGateway', 'DeleteGateway'];
    const targets = ['CreateGatewayTarget', 'UpdateGatewayTarget', 'DeleteGatewayTarget'];
    const policies = [
      'CreatePolicy',
      'UpdatePolicy',
      'DeletePolicy',
      'UpdatePolicyEngine',
      'DeletePolicyEngine',
    ];
    const rights = ['ManageAdminPolicy', 'ManageResourceScopedPolicy', 'UpdateOauth2CredentialProvider'];
    const runtimes = ['CreateAgentRuntime', 'UpdateAgentRuntime', 'DeleteAgentRuntime'];
    const actions = [...gateways, ...targets, ...policies, ...rights, ...runtimes];
    expect(actions.flatMap((name) => allowing(`bedrock-agentcore:${name}`))).toEqual([]);
  });

  test('CO-18 no role reads or writes more of the table than one item', () => {
    const actions = ['Scan', 'Query', 'BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'PartiQLSelect'];
    expect(actions.flatMap((name) => allowing(`dynamodb:${name}`))).toEqual([]);
  });

  test('CO-18 items are for one role and one table; mail for one role, sender and domain; no tool invokes', () => {
    for (const action of ['GetItem', 'PutItem', 'UpdateItem']) {
      expect(allowing(`dynamodb:${action}`)).toEqual(['HrTargetRole DataTable.Arn']);
    }
    expect(allowing('ses:SendEmail')).toEqual([`ReportTargetRole arn:aws:ses:${PLACE}:identity/DataSender`]);
    expect(allowing('ses:SendRawEmail')).toEqual([]);
    expect(allowing('lambda:InvokeAsync')).toEqual([]);
  });

  test('CO-19 no secret, key or token stands anywhere in the template', () => {
    const json = JSON.stringify(template.toJSON());
    expect(json).not.toMatch(/eyJ[\w-]{8,}\.eyJ|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|PRIVATE KEY|\{\{resolve:/);
    const readers = Object.entries(template.toJSON()['Resources'])
      .filter(([, resource]) => JSON.stringify(resource).includes('"ClientSecret"]'))
      .map(([id]) => plain(id));
    expect(readers).toEqual(options.stage === 'prod' ? ['ApiHolidaysProvider'] : []);
    expect(JSON.stringify(template.toJSON()['Outputs'])).not.toContain('Secret');
  });
});
