/** What somebody needs who fills and switches a deployed system with the commands of this repository, and no more. */

/** ARNs of one deployment. */
export type DeployedArns = {
  readonly userPoolArn: string;
  readonly tableArn: string;
  readonly gatewayArn: string;
  /** Handed to the service again with every update of the gateway. */
  readonly gatewayRoleArn: string;
  /** Of the CloudFormation stack, its id left out: `…:stack/<name>/*`. */
  readonly stackArn: string;
};

export type Need = {
  readonly action: string;
  readonly on: keyof DeployedArns;
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const pool = (action: string): readonly Need[] => [{ action: `cognito-idp:${action}`, on: 'userPoolArn' }];

/** By the SDK command that the code sends. An empty list: the service asks for no permission. */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  AdminAddUserToGroupCommand: pool('AdminAddUserToGroup'),
  AdminCreateUserCommand: pool('AdminCreateUser'),
  AdminListGroupsForUserCommand: pool('AdminListGroupsForUser'),
  AdminRemoveUserFromGroupCommand: pool('AdminRemoveUserFromGroup'),
  AdminSetUserPasswordCommand: pool('AdminSetUserPassword'),
  AdminUpdateUserAttributesCommand: pool('AdminUpdateUserAttributes'),
  DescribeStacksCommand: [{ action: 'cloudformation:DescribeStacks', on: 'stackArn' }],
  // Shows a client's secret: only for who runs the machines.
  DescribeUserPoolClientCommand: pool('DescribeUserPoolClient'),
  GetGatewayCommand: [{ action: 'bedrock-agentcore:GetGateway', on: 'gatewayArn' }],
  GetTemplateCommand: [{ action: 'cloudformation:GetTemplate', on: 'stackArn' }],
  // A public client signs people in without AWS credentials.
  InitiateAuthCommand: [],
  PutCommand: [{ action: 'dynamodb:PutItem', on: 'tableArn' }],
  UpdateGatewayCommand: [
    { action: 'bedrock-agentcore:UpdateGateway', on: 'gatewayArn' },
    {
      action: 'iam:PassRole',
      on: 'gatewayRoleArn',
      condition: { StringEquals: { 'iam:PassedToService': 'bedrock-agentcore.amazonaws.com' } },
    },
  ],
};

/** One statement for each resource and condition. */
export function developerPolicy(arns: DeployedArns) {
  const groups = Map.groupBy(Object.values(NEEDS).flat(), ({ on, condition }) =>
    JSON.stringify([on, condition]),
  );
  const Statement = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : [
          {
            Effect: 'Allow',
            Action: [first, ...others].map(({ action }) => action).toSorted(),
            Resource: arns[first.on],
            ...(first.condition === undefined ? {} : { Condition: first.condition }),
          },
        ],
  );
  return { Version: '2012-10-17', Statement };
}
