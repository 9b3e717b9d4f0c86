/** What the agent may do, and nothing beside it. Source: AgentCore devguide, runtime-permissions. */
import type { Configuration } from '@secure-agent/contracts';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const statement = (actions: string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

const pullImage = ({ repository }: DockerImageAsset): PolicyStatement[] => [
  statement(['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], repository.repositoryArn),
  // A registry token is not for one repository: the action takes no resource.
  statement(['ecr:GetAuthorizationToken'], '*'),
];

/** The service names a log group after the runtime's id (name, hyphen, ten characters) and the endpoint. */
function writeLogs(scope: Construct, name: string): PolicyStatement[] {
  const logGroup = (resourceName: string): string =>
    Stack.of(scope).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  return [
    statement(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      logGroup(`/aws/bedrock-agentcore/runtimes/${name}-??????????-*`),
    ),
    // The service lists groups to find its own; listing cannot be limited to a name.
    statement(['logs:DescribeLogGroups'], logGroup('*')),
  ];
}

/** An inference profile is named after its model, with the geography in front. */
const PROFILE = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?<model>.+)$/;

/** One model. A profile may run it in any region of its geography, so there the region is open and the profile is not. */
function invokeModel(scope: Construct, model: Configuration['model']): PolicyStatement[] {
  if (model.provider !== 'bedrock') return [];
  const stack = Stack.of(scope);
  const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
  const foundationModel = (resourceName: string, region: string): string =>
    stack.formatArn({ service: 'bedrock', account: '', region, resource: 'foundation-model', resourceName });
  const profiled = PROFILE.exec(model.modelId)?.groups?.['model'];
  if (profiled === undefined) return [statement(actions, foundationModel(model.modelId, stack.region))];
  const profile = stack.formatArn({
    service: 'bedrock',
    resource: 'inference-profile',
    resourceName: model.modelId,
  });
  const behindProfile = new PolicyStatement({
    actions,
    resources: [foundationModel(profiled, '*')],
    conditions: { StringEquals: { 'bedrock:InferenceProfileArn': profile } },
  });
  return [statement(actions, profile), behindProfile];
}

/**
 * Acting for a user by naming them. Callers prove who they are with a token, so nothing here ever needs it, and any
 * code in the container can reach the role's credentials (devguide runtime-security-best-practices).
 */
const neverForNamedUser = (): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.DENY,
    actions: [
      'bedrock-agentcore:GetWorkloadAccessTokenForUserId',
      'bedrock-agentcore:InvokeAgentRuntimeForUser',
    ],
    resources: ['*'],
  });

/**
 * Statements of a runtime's role. No `GetWorkloadAccessToken`: the service-linked role has it. No X-Ray and no metrics:
 * the agent sends none.
 */
export const runtimePermissions = (
  scope: Construct,
  name: string,
  image: DockerImageAsset,
  model: Configuration['model'],
): PolicyStatement[] => [
  ...pullImage(image),
  ...writeLogs(scope, name),
  ...invokeModel(scope, model),
  neverForNamedUser(),
];
