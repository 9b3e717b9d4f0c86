/** The role that AgentCore assumes for a runtime or a gateway. */
import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

const AGENTCORE = 'bedrock-agentcore';

/** The service appends a hyphen and ten characters to a resource's name to make its id. */
export const ID_SUFFIX = '-??????????';

/** AgentCore resources that act under a role of ours. */
export type AssumingResource = 'runtime' | 'gateway';

/**
 * ARN pattern of the one resource with this name. A pattern, because the role must exist before the resource; ten
 * question marks, because `name*` would also match every resource whose name begins alike.
 */
export const resourceArnPattern = (scope: Construct, resource: AssumingResource, name: string): string =>
  Stack.of(scope).formatArn({ service: AGENTCORE, resource, resourceName: `${name}${ID_SUFFIX}` });

/**
 * A role that only AgentCore may assume, and only for the named resource of this account: without both conditions
 * anyone's runtime could be made to act under it (the confused deputy). It holds no permission yet.
 */
export const agentCoreRole = (scope: Construct, resource: AssumingResource, name: string): Role =>
  new Role(scope, 'Role', {
    description: `What the ${resource} ${name} may do`,
    assumedBy: new ServicePrincipal(`${AGENTCORE}.amazonaws.com`, {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnLike: { 'aws:SourceArn': resourceArnPattern(scope, resource, name) },
      },
    }),
  });
