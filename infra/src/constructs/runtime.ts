/** The agent in its container, behind the first of the two doors. */
import type { AgentEnvironment, Configuration } from '@secure-agent/contracts';
import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Doors } from '../doors.ts';
import { type AgentArtifact, containerArtifact, zipArtifact } from './agent-artifact.ts';
import { agentCoreRole } from './agentcore-role.ts';
import { type Callers, discoveryUrl, jwtVariables, TOKEN_USE } from './callers.ts';
import { runtimePermissions, wildcardReasons } from './runtime-permissions.ts';

export interface AgentRuntimeProps {
  /** Letters, digits and underscores, at most 48. */
  readonly name: string;
  /** Folder with the Dockerfile and the agent's bundle. */
  readonly bundle: string;
  /**
   * What of it becomes the artifact.
   * @default 'container'
   */
  readonly artifact?: Configuration['artifact'];
  /** Admitted clients: people's alone. */
  readonly callers: Callers;
  /** What the stage's phase asks of callers. */
  readonly doors: Doors;
  /** MCP endpoint of the gateway. */
  readonly gatewayUrl: string;
  readonly model: Configuration['model'];
}

/** The service's own defaults, said: what a session holds is in memory and goes with it. */
const LIFECYCLE = { idleRuntimeSessionTimeout: Duration.minutes(15), maxLifetime: Duration.hours(8) };

const tokens = (callers: Callers): agentcore.RuntimeAuthorizerConfiguration =>
  agentcore.RuntimeAuthorizerConfiguration.usingJWT(
    discoveryUrl(callers),
    [...callers.clientIds],
    callers.audience === undefined ? undefined : [...callers.audience],
    [callers.scope],
    callers.tokenUse
      ? [agentcore.RuntimeCustomClaim.withStringValue(TOKEN_USE.name, TOKEN_USE.value)]
      : undefined,
  );

/** The service takes signatures or tokens, one of the two, and passes `Authorization` on with tokens alone. */
const door = ({ callers, doors }: AgentRuntimeProps) =>
  doors.phase === 'sigv4'
    ? { authorizerConfiguration: agentcore.RuntimeAuthorizerConfiguration.usingIAM() }
    : {
        authorizerConfiguration: tokens(callers),
        requestHeaderConfiguration: { allowlistedHeaders: ['Authorization'] },
      };

/**
 * A JWT authorizer but in the first phase, and `Authorization` on the header allowlist: without the one anyone with AWS
 * credentials speaks for anyone, without the other the agent cannot tell who speaks and refuses everyone.
 */
export class AgentRuntime extends Construct {
  readonly runtime: agentcore.Runtime;

  constructor(scope: Construct, id: string, props: AgentRuntimeProps) {
    super(scope, id);
    const artifact = this.#artifact(props);
    const role = agentCoreRole(this, 'runtime', props.name);
    for (const one of runtimePermissions(this, props.name, artifact, props.model)) role.addToPolicy(one);
    const wildcards = Object.entries(wildcardReasons(this, props.name, props.model));
    acknowledge(
      role,
      Object.fromEntries(wildcards.map(([arn, why]) => [`AwsSolutions-IAM5[Resource::${arn}]`, why])),
    );
    this.runtime = new agentcore.Runtime(this, 'Runtime', {
      runtimeName: props.name,
      description: `Agent of ${Stack.of(this).stackName}`,
      agentRuntimeArtifact: artifact.artifact,
      // Or else the construct library adds every runtime's logs and identities to it.
      executionRole: role.withoutPolicyUpdates(),
      ...door(props),
      lifecycleConfiguration: LIFECYCLE,
      environmentVariables: this.#variables(props),
    });
    Annotations.of(this.runtime).acknowledgeInfo(
      'aws-cdk-lib.aws-bedrockagentcore:containerUriValidationSkipped',
      'The address is that of an asset: the construct library itself made it.',
    );
  }

  #artifact({ artifact, bundle }: AgentRuntimeProps): AgentArtifact {
    return artifact === 'zip' ? zipArtifact(this, bundle) : containerArtifact(this, bundle);
  }

  /** HOST and PORT keep their defaults: they are the service's contract. */
  #variables({ gatewayUrl, callers, doors, model }: AgentRuntimeProps): Record<string, string> {
    const modelId = model.provider === 'bedrock' ? { MODEL_ID: model.modelId } : {};
    return {
      GATEWAY_URL: gatewayUrl,
      INBOUND_AUTH: doors.phase === 'sigv4' ? 'SIGV4' : 'JWT',
      ...jwtVariables(callers),
      MODEL_PROVIDER: model.provider,
      ...modelId,
      // Prompts and personal data in a log: only where the configuration asks for it.
      ...(model.traceInput === true ? { MODEL_TRACE: 'on' } : {}),
      AWS_REGION: Stack.of(this).region,
    } satisfies Partial<Record<keyof AgentEnvironment, string>>;
  }
}
