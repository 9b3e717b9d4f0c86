/** Every role of the stack: who may assume it, and the whole of what it may do. */
import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Permission, permissionsOf } from './support/permissions.ts';
import { resolve } from './support/resolve.ts';
import { templateOf } from './support/synthesized.ts';

let template: ReturnType<typeof templateOf>;
let permissions: readonly Permission[];
beforeAll(() => {
  template = templateOf();
  permissions = permissionsOf(template);
});

const ACCOUNT = '000000000000';
const PLACE = `us-east-1:${ACCOUNT}`;
const LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const REPOSITORY = `arn:aws:ecr:${PLACE}:repository/cdk-hnb659fds-container-assets-${ACCOUNT}-us-east-1`;
const RUNTIME_LOGS = `arn:aws:logs:${PLACE}:log-group:/aws/bedrock-agentcore/runtimes/secure_agent_local-??????????-*`;
const GATEWAY = `arn:aws:bedrock-agentcore:${PLACE}:gateway/secure-agent-local-??????????`;

/** Role, actions, resources: the product of the two is what the role may do. */
const ALLOWED: readonly (readonly [role: string, actions: string[], resources: string[]])[] = [
  ['IdentityTokenClaimsRole', LOG_ACTIONS, ['IdentityTokenClaimsLogs.Arn']],
  ['InterceptorsRequestRole', LOG_ACTIONS, ['InterceptorsRequestLogs.Arn']],
  ['InterceptorsRequestRole', ['kms:GenerateMac'], ['CallerKey.Arn']],
  ['InterceptorsResponseRole', LOG_ACTIONS, ['InterceptorsResponseLogs.Arn']],
  ['HrTargetRole', LOG_ACTIONS, ['HrTargetLogs.Arn']],
  ['HrTargetRole', ['kms:VerifyMac'], ['CallerKey.Arn']],
  ['HrTargetRole', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], ['DataTable.Arn']],
  ['ReportTargetRole', LOG_ACTIONS, ['ReportTargetLogs.Arn']],
  ['ReportTargetRole', ['kms:VerifyMac'], ['CallerKey.Arn']],
  ['ReportTargetRole', ['ses:SendEmail'], [`arn:aws:ses:${PLACE}:identity/DataSender`]],
  ['GatewayRole', ['bedrock-agentcore:GetPolicyEngine'], ['PoliciesEngine.PolicyEngineArn']],
  [
    'GatewayRole',
    ['bedrock-agentcore:AuthorizeAction', 'bedrock-agentcore:PartiallyAuthorizeActions'],
    [GATEWAY, 'PoliciesEngine.PolicyEngineArn'],
  ],
  [
    'GatewayRole',
    ['lambda:InvokeFunction'],
    [
      'HrTargetFunction.Arn',
      'InterceptorsRequestFunction.Arn',
      'InterceptorsResponseFunction.Arn',
      'ReportTargetFunction.Arn',
    ],
  ],
  ['RuntimeRole', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [REPOSITORY]],
  ['RuntimeRole', ['ecr:GetAuthorizationToken'], ['*']],
  [
    'RuntimeRole',
    ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    [RUNTIME_LOGS],
  ],
  ['RuntimeRole', ['logs:DescribeLogGroups'], [`arn:aws:logs:${PLACE}:log-group:*`]],
  ['RuntimeRole', ['cloudwatch:PutMetricData', 'xray:PutTraceSegments'], ['*']],
];

const row = ({ role, effect, action, resource }: Permission): string =>
  `${effect} ${role} ${action} ${resource}`;

describe('what roles may do', () => {
  test('LT-01 is exactly this: of all roles the gateway’s alone invokes functions', () => {
    const allowed = ALLOWED.flatMap(([role, actions, resources]) =>
      actions.flatMap((action) =>
        resources.map((resource) => row({ role, effect: 'Allow', action, resource })),
      ),
    );
    const denied = [
      'Deny RuntimeRole bedrock-agentcore:GetWorkloadAccessTokenForUserId *',
      'Deny RuntimeRole bedrock-agentcore:InvokeAgentRuntimeForUser *',
    ];
    expect(permissions.map(row).toSorted()).toEqual([...allowed, ...denied].toSorted());
  });

  test('no action is a wildcard, and a key policy is no exception', () => {
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    const inKey: string[] = key?.['Properties'].KeyPolicy.Statement.flatMap(
      ({ Action }: { Action: string | string[] }) => Action,
    );
    const actions = [...permissions.map(({ action }) => action), ...inKey];
    expect(actions.filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
    expect(inKey).toContain('kms:DescribeKey');
  });

  test('policies are not hidden in roles or in managed policies', () => {
    for (const role of Object.values(template.findResources('AWS::IAM::Role'))) {
      expect(Object.keys(role['Properties']).toSorted()).toEqual(['AssumeRolePolicyDocument', 'Description']);
    }
    template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
  });

  test('mail goes from the company to the company', () => {
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'ses:SendEmail',
            Condition: {
              StringEquals: { 'ses:FromAddress': 'reports@example.com' },
              'ForAllValues:StringLike': { 'ses:Recipients': ['*@example.com'] },
              Null: { 'ses:Recipients': 'false' },
            },
          }),
        ]),
      },
    });
  });
});

describe('models', () => {
  const BEDROCK = 'arn:aws:bedrock';
  const bedrock = (modelId: string) =>
    permissionsOf(templateOf({ configuration: { model: { provider: 'bedrock', modelId } } }))
      .filter(({ action }) => action === 'bedrock:InvokeModel')
      .map(({ role, resource }) => [role, resource]);

  test('the offline planner needs no model', () => {
    expect(permissions.filter(({ action }) => action.startsWith('bedrock:'))).toEqual([]);
  });

  test('one model, in this region', () => {
    expect(bedrock('vendor.model-v1:0')).toEqual([
      ['RuntimeRole', `${BEDROCK}:us-east-1::foundation-model/vendor.model-v1:0`],
    ]);
  });

  test('one inference profile, and its model only through it', () => {
    expect(bedrock('us.vendor.model-v1:0')).toEqual([
      ['RuntimeRole', `${BEDROCK}:${PLACE}:inference-profile/us.vendor.model-v1:0`],
      ['RuntimeRole', `${BEDROCK}:*::foundation-model/vendor.model-v1:0`],
    ]);
  });
});

describe('who may assume a role', () => {
  const trusts = () =>
    Object.entries(template.findResources('AWS::IAM::Role')).map(([id, { Properties }]) => ({
      id,
      statements: Properties.AssumeRolePolicyDocument.Statement,
    }));

  test('one service each', () => {
    const services = trusts().map(({ statements }) => [statements.length, statements[0].Principal.Service]);
    expect(services.filter(([count]) => count !== 1)).toEqual([]);
    expect(new Set(services.map(([, service]) => service))).toEqual(
      new Set(['lambda.amazonaws.com', 'bedrock-agentcore.amazonaws.com']),
    );
  });

  test.each([
    ['GatewayRole', 'gateway/secure-agent-local-??????????'],
    ['RuntimeRole', 'runtime/secure_agent_local-??????????'],
  ])('AgentCore assumes %s for this account and exactly this resource', (role, resource) => {
    const found = trusts().find(({ id }) => id.startsWith(role));
    expect(found?.statements).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
          ArnLike: { 'aws:SourceArn': `arn:aws:bedrock-agentcore:${PLACE}:${resource}` },
        },
      },
    ]);
  });

  test('no role that AgentCore assumes is without conditions', () => {
    const open = trusts().filter(
      ({ statements }) =>
        statements[0].Principal.Service === 'bedrock-agentcore.amazonaws.com' && !statements[0].Condition,
    );
    expect(open).toEqual([]);
  });
});

describe('the key that signs callers', () => {
  test('is for MACs', () => {
    template.hasResourceProperties('AWS::KMS::Key', {
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
    });
  });

  test.each([
    ['kms:GenerateMac', ['InterceptorsRequestRole']],
    ['kms:VerifyMac', ['HrTargetRole', 'ReportTargetRole']],
  ])('its own policy gives %s to these roles and not to the account', (action, roles) => {
    const [key] = Object.values(template.findResources('AWS::KMS::Key'));
    const statements = key?.['Properties'].KeyPolicy.Statement.filter(
      ({ Action }: { Action: string | string[] }) => [Action].flat().includes(action),
    );
    const principals = statements.flatMap((statement: { Principal: { AWS: unknown } }) =>
      [resolve(statement.Principal.AWS)].flat(),
    );
    expect(principals.map((name: string) => name.replace(/[0-9A-F]{8}\.Arn$/, '')).toSorted()).toEqual(roles);
  });

  test('nobody may give its use away', () => {
    expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).not.toMatch(/kms:CreateGrant|kms:\*/);
  });
});
