/** The stack: hops in the order of a request's way, composed and nothing else. */
import type { Configuration } from '@secure-agent/contracts';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Bundles } from './bundle.ts';
import { CallerKey } from './constructs/caller-key.ts';
import { Data } from './constructs/data.ts';
import { Encryption } from './constructs/encryption.ts';
import { ExistingIdentity } from './constructs/existing-identity.ts';
import { ToolGateway } from './constructs/gateway.ts';
import { Identity } from './constructs/identity.ts';
import { Interceptors } from './constructs/interceptors.ts';
import { Observability } from './constructs/observability.ts';
import { ToolPolicies, type ToolPoliciesProps } from './constructs/policy.ts';
import { AgentRuntime } from './constructs/runtime.ts';
import type { Api } from './open-api/index.ts';
import { writeOutputs } from './stack-outputs.ts';
import type { Stage } from './stage.ts';
import { targets } from './targets.ts';

export interface SecureAgentStackProps extends Pick<ToolPoliciesProps, 'doors' | 'mode' | 'policies'> {
  readonly stage: Stage;
  readonly configuration: Configuration;
  /** REST APIs that become targets. */
  readonly apis: readonly Api[];
  /** Folder of each built bundle. */
  readonly bundles: Bundles;
}

export class SecureAgentStack extends Stack {
  constructor(scope: Construct, props: SecureAgentStackProps) {
    const { stage, configuration, doors, apis, bundles, mode, policies } = props;
    const { disposable, dashed, underscored, domainPrefix, environment } = stage;
    super(scope, dashed, { env: environment, terminationProtection: !disposable });
    const { company, model, artifact } = configuration;

    const identity = configuration.identityProvider
      ? new ExistingIdentity(configuration.identityProvider, configuration)
      : new Identity(this, 'Identity', { configuration, bundles, domainPrefix, disposable });
    const { people, peopleAndMachines: callers } = identity;
    const data = new Data(this, 'Data', { ...company, disposable });
    const callerKey = new CallerKey(this, 'CallerKey');
    const interceptors = new Interceptors(this, 'Interceptors', {
      ...{ bundles, callers, callerKey, disposable },
      externalTargets: apis.map(({ name }) => name),
    });
    const engine = new ToolPolicies(this, 'Policies', { name: underscored, mode, policies, doors });
    const gateway = new ToolGateway(this, 'Gateway', { name: dashed, callers, interceptors, engine, doors });
    const behind = { gateway, callerKey, data, identity, disposable };
    engine.bind(gateway, targets(this, { company, apis, bundles, ...behind }));
    const door = { name: underscored, callers: people, doors, gatewayUrl: gateway.gatewayUrl };
    const runtime = new AgentRuntime(this, 'Runtime', { ...door, bundle: bundles.agent, artifact, model });

    const { alarmTopicArn, encryption } = configuration;
    const kept = { model, disposable, alarmTopicArn };
    new Observability(this, 'Observability', { name: dashed, gateway, runtime, engine, ...kept });
    if (encryption === 'customer') new Encryption(this, 'Encryption', { gateway, data, disposable });
    writeOutputs(this, { identity, runtime, gateway, engine, data });
  }
}
