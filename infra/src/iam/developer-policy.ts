/** What somebody needs who fills and switches a deployed system with the commands of this repository, and no more. */

/** ARNs of one deployment. */
export type DeployedArns = {
  readonly userPoolArn: string;
  readonly tableArn: string;
  readonly gatewayArn: string;
  readonly policyEngineArn: string;
  /** Of every engine of the account, `policy-engine/*`: one is looked for by its name, and made where there is none. */
  readonly policyEnginesArn: string;
  /** Of the engine's policies, whose ids the service chooses: `<engine>/policy/*`. */
  readonly policiesArn: string;
  /** Handed to the service again with every update of the gateway. */
  readonly gatewayRoleArn: string;
  /** Of the log group that spans are in, its streams too: `…:log-group:aws/spans:*`. Decisions are read there. */
  readonly spansArn: string;
  /** Of the CloudFormation stack, its id left out: `…:stack/<name>/*`. */
  readonly stackArn: string;
};

export type Need = {
  readonly action: string;
  readonly on: keyof DeployedArns;
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const pool = (action: string): readonly Need[] => [{ action: `cognito-idp:${action}`, on: 'userPoolArn' }];

const engine = (action: string): readonly Need[] => [
  { action: `bedrock-agentcore:${action}`, on: 'policyEngineArn' },
];
const engines = (action: string): readonly Need[] => [
  { action: `bedrock-agentcore:${action}`, on: 'policyEnginesArn' },
];
const ofPolicy = (action: string): readonly Need[] => [
  ...engine(action),
  { action: `bedrock-agentcore:${action}`, on: 'policiesArn' },
];

/**
 * Writing a policy that names its gateway. The service also asks, of the gateway: whether the policy may be about it, and
 * whether its tools may be read, which it calls invoking it; without the second a policy ends in CREATE_FAILED
 * (devguide policy-permissions). What it asks of a policy's own ARN is asked of the engine's too.
 */
const writePolicy = (action: string): readonly Need[] => [
  ...ofPolicy(action),
  { action: 'bedrock-agentcore:ManageResourceScopedPolicy', on: 'gatewayArn' },
  { action: 'bedrock-agentcore:InvokeGateway', on: 'gatewayArn' },
];

/** By the SDK command that the code sends. An empty list: the service asks for no permission. */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  AdminAddUserToGroupCommand: pool('AdminAddUserToGroup'),
  AdminCreateUserCommand: pool('AdminCreateUser'),
  AdminListGroupsForUserCommand: pool('AdminListGroupsForUser'),
  AdminRemoveUserFromGroupCommand: pool('AdminRemoveUserFromGroup'),
  AdminSetUserPasswordCommand: pool('AdminSetUserPassword'),
  AdminUpdateUserAttributesCommand: pool('AdminUpdateUserAttributes'),
  CreatePolicyCommand: writePolicy('CreatePolicy'),
  CreatePolicyEngineCommand: engines('CreatePolicyEngine'),
  DeletePolicyCommand: writePolicy('DeletePolicy'),
  DescribeStacksCommand: [{ action: 'cloudformation:DescribeStacks', on: 'stackArn' }],
  // Shows a client's secret: only for who runs the machines.
  DescribeUserPoolClientCommand: pool('DescribeUserPoolClient'),
  // All spans of the account: the group cannot be asked for one gateway's alone.
  FilterLogEventsCommand: [{ action: 'logs:FilterLogEvents', on: 'spansArn' }],
  GetGatewayCommand: [{ action: 'bedrock-agentcore:GetGateway', on: 'gatewayArn' }],
  GetPolicyCommand: ofPolicy('GetPolicy'),
  GetPolicyEngineCommand: engine('GetPolicyEngine'),
  GetPolicyGenerationCommand: engine('GetPolicyGeneration'),
  GetTemplateCommand: [{ action: 'cloudformation:GetTemplate', on: 'stackArn' }],
  // A public client signs people in without AWS credentials.
  InitiateAuthCommand: [],
  ListGatewayTargetsCommand: [{ action: 'bedrock-agentcore:ListGatewayTargets', on: 'gatewayArn' }],
  ListPoliciesCommand: engine('ListPolicies'),
  ListPolicyEnginesCommand: engines('ListPolicyEngines'),
  ListPolicyGenerationAssetsCommand: engine('ListPolicyGenerationAssets'),
  ListStackResourcesCommand: [{ action: 'cloudformation:ListStackResources', on: 'stackArn' }],
  ListUsersInGroupCommand: pool('ListUsersInGroup'),
  PutCommand: [{ action: 'dynamodb:PutItem', on: 'tableArn' }],
  StartPolicyGenerationCommand: engine('StartPolicyGeneration'),
  UpdateGatewayCommand: [
    { action: 'bedrock-agentcore:UpdateGateway', on: 'gatewayArn' },
    {
      action: 'iam:PassRole',
      on: 'gatewayRoleArn',
      condition: { StringEquals: { 'iam:PassedToService': 'bedrock-agentcore.amazonaws.com' } },
    },
  ],
  UpdatePolicyCommand: writePolicy('UpdatePolicy'),
};

/** One statement for each resource and condition. */
export function developerPolicy(arns: DeployedArns) {
  const needs = Object.values(NEEDS).flat();
  const groups = Map.groupBy(needs, ({ on, condition }) => JSON.stringify([on, condition]));
  const Statement = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            Action: [...new Set([first, ...others].map(({ action }) => action))].toSorted(),
            Resource: arns[first.on],
            ...(first.condition === undefined ? {} : { Condition: first.condition }),
          },
        ],
  );
  return { Version: '2012-10-17', Statement };
}
