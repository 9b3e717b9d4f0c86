/** The policy engine and its policies: what a caller whom the gateway has let in may do. */
import type { PolicyMode } from '@secure-agent/contracts';
import { CfnResource, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { GATEWAY_PLACEHOLDER, type PolicyFile } from '../policies.ts';
import type { ToolGateway } from './gateway.ts';

const { PolicyEngineMode, PolicyStatement, PolicyValidationMode } = agentcore;

const MODES: Readonly<Record<PolicyMode, agentcore.PolicyEngineMode>> = {
  LOG_ONLY: PolicyEngineMode.LOG_ONLY,
  ENFORCE: PolicyEngineMode.ENFORCE,
};

/** How the service analyses a policy when it is created, and why; the reason is kept in the template. */
const VALIDATION = {
  permit: {
    mode: PolicyValidationMode.FAIL_ON_ANY_FINDINGS,
    reason: 'A permit that allows everyone, or nobody, is a mistake: any finding refuses it.',
  },
  forbid: {
    mode: PolicyValidationMode.IGNORE_ALL_FINDINGS,
    reason:
      'A forbid that takes a tool away from a role is reported as overly restrictive, which is its purpose.',
  },
} as const;

/** A target that policies name. */
export type NamedTarget = { readonly name: string; readonly target: agentcore.GatewayTarget };

export interface ToolPoliciesProps {
  /** Letters, digits and underscores, at most 48. */
  readonly name: string;
  /** Whether decisions bind or are only logged. */
  readonly mode: PolicyMode;
  /** Checked statements. */
  readonly policies: readonly PolicyFile[];
}

export class ToolPolicies extends Construct {
  readonly engine: agentcore.PolicyEngine;
  readonly mode: agentcore.PolicyEngineMode;
  readonly #policies: readonly PolicyFile[];

  constructor(scope: Construct, id: string, props: ToolPoliciesProps) {
    super(scope, id);
    this.mode = MODES[props.mode];
    this.#policies = props.policies;
    this.engine = new agentcore.PolicyEngine(this, 'Engine', {
      policyEngineName: props.name,
      description: `Who may call which tool of ${Stack.of(this).stackName}`,
    });
  }

  /**
   * Adds every policy for this gateway. Forbids first: policies are created one after the other, and a permit must not
   * be active before the forbid that limits it.
   */
  bind(gateway: ToolGateway, targets: readonly NamedTarget[]): void {
    const forbidsFirst = this.#policies.toSorted((a, b) => a.effect.localeCompare(b.effect));
    for (const file of forbidsFirst) this.#add(file, gateway, targets);
  }

  #add(
    { name, statement, effect, intent, targets: named }: PolicyFile,
    gateway: ToolGateway,
    targets: readonly NamedTarget[],
  ): void {
    const { mode, reason } = VALIDATION[effect];
    const policy = this.engine.addPolicy(name, {
      policyName: name,
      description: intent,
      statement: PolicyStatement.fromCedar(
        statement.replaceAll(GATEWAY_PLACEHOLDER, gateway.gateway.gatewayArn),
      ),
      validationMode: mode,
    });
    // The service validates against the tools that exist: a policy about a target that does not yet exist is refused.
    for (const { target, name: targetName } of targets) {
      if (named.includes(targetName)) policy.node.addDependency(target);
    }
    const resource = policy.node.defaultChild;
    if (CfnResource.isCfnResource(resource)) resource.addMetadata('secure-agent:validation', reason);
  }
}
