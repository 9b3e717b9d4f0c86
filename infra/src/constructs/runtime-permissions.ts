/** What the agent may do, and nothing beside it. Source: AgentCore devguide, runtime-permissions. */
import type { Configuration } from '@secure-agent/contracts';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AgentArtifact } from './agent-artifact.ts';

const statement = (actions: string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

const logGroup = (scope: Construct, resourceName: string): string =>
  Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** The service names a log group after the runtime's id (name, hyphen, ten characters) and the endpoint. */
const ownLogs = (scope: Construct, name: string): string =>
  logGroup(scope, `/aws/bedrock-agentcore/runtimes/${name}-??????????-*`);

/** Why a statement names more than one resource, by the resource that it names. */
export const wildcardReasons = (
  scope: Construct,
  name: string,
  model: Configuration['model'],
): Readonly<Record<string, string>> => ({
  ...profiledModelReason(scope, model),
  '*': 'A registry token is not for one repository, spans and metrics belong to no resource; the two denials are for every resource.',
  [ownLogs(scope, name)]: "The service chooses the id in the group's name, and a group for each endpoint.",
  [logGroup(scope, '*')]: 'The service lists groups to find its own; listing cannot be limited to a name.',
});

function writeLogs(scope: Construct, name: string): PolicyStatement[] {
  return [
    statement(
      ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      ownLogs(scope, name),
    ),
    statement(['logs:DescribeLogGroups'], logGroup(scope, '*')),
  ];
}

/** An inference profile is named after its model, with the geography in front. */
const PROFILE = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\.(?<model>.+)$/;

const foundationModel = (scope: Construct, resourceName: string, region: string): string =>
  Stack.of(scope).formatArn({
    service: 'bedrock',
    account: '',
    region,
    resource: 'foundation-model',
    resourceName,
  });

/** The model behind an inference profile; undefined for a model that is called by its own id. */
const profiledModel = (model: Configuration['model']): string | undefined =>
  model.provider === 'bedrock' ? PROFILE.exec(model.modelId)?.groups?.['model'] : undefined;

function profiledModelReason(scope: Construct, model: Configuration['model']): Record<string, string> {
  const profiled = profiledModel(model);
  if (profiled === undefined) return {};
  const reason =
    'A profile runs its model in any region of its geography, and a condition names the profile.';
  return { [foundationModel(scope, profiled, '*')]: reason };
}

/** One model. A profile may run it in any region of its geography, so there the region is open and the profile is not. */
function invokeModel(scope: Construct, model: Configuration['model']): PolicyStatement[] {
  if (model.provider !== 'bedrock') return [];
  const stack = Stack.of(scope);
  const actions = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'];
  const profiled = profiledModel(model);
  if (profiled === undefined)
    return [statement(actions, foundationModel(scope, model.modelId, stack.region))];
  const profile = stack.formatArn({
    service: 'bedrock',
    resource: 'inference-profile',
    resourceName: model.modelId,
  });
  const behindProfile = new PolicyStatement({
    actions,
    resources: [foundationModel(scope, profiled, '*')],
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
 * Spans and metrics over OTLP. Neither action knows resources. Metrics that come over OTLP are in no namespace, so that
 * `cloudwatch:namespace` would refuse them. Source: X-Ray developer guide, xray-opentelemetry-bearer-token (the endpoint
 * is authorized as PutTraceSegments); CloudWatch user guide, CloudWatch-OTLP-MetricsBearerTokenAuth.
 */
const sendTelemetry = (): PolicyStatement =>
  statement(['xray:PutTraceSegments', 'cloudwatch:PutMetricData'], '*');

/** Statements of a runtime's role. No `GetWorkloadAccessToken`: the service-linked role has it. */
export const runtimePermissions = (
  scope: Construct,
  name: string,
  artifact: AgentArtifact,
  model: Configuration['model'],
): PolicyStatement[] => [
  ...artifact.permissions,
  ...writeLogs(scope, name),
  sendTelemetry(),
  ...invokeModel(scope, model),
  neverForNamedUser(),
];
