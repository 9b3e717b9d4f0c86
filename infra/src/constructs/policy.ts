/** The policy engine and its policies: what a caller whom the gateway has let in may do. */
import type { PolicyMode } from '@secure-agent/contracts';
import { CfnResource, Stack } from 'aws-cdk-lib';
import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import type { Doors } from '../doors.ts';
import { GATEWAY_PLACEHOLDER, type PolicyFile } from '../policies.ts';
import { type ValidationMode, validationOf } from '../validation-mode.ts';
import type { ToolGateway } from './gateway.ts';

const { PolicyEngineMode, PolicyStatement, PolicyValidationMode } = agentcore;

const MODES: Readonly<Record<PolicyMode, agentcore.PolicyEngineMode>> = {
  LOG_ONLY: PolicyEngineMode.LOG_ONLY,
  ENFORCE: PolicyEngineMode.ENFORCE,
};

const VALIDATION: Readonly<Record<ValidationMode, agentcore.PolicyValidationMode>> = {
  FAIL_ON_ANY_FINDINGS: PolicyValidationMode.FAIL_ON_ANY_FINDINGS,
  IGNORE_ALL_FINDINGS: PolicyValidationMode.IGNORE_ALL_FINDINGS,
};

/** A target that policies name. */
export type NamedTarget = { readonly name: string; readonly target: agentcore.GatewayTarget };

export interface ToolPoliciesProps {
  /** Letters, digits and underscores, at most 48. */
  readonly name: string;
  /** Whether decisions bind or are only logged. */
  readonly mode: PolicyMode;
  /** Checked statements. */
  readonly policies: readonly PolicyFile[];
  /**
   * Only in phase `policy` does the gateway ask the engine. Before, the engine is there and empty: the service takes a
   * policy only with the schema of an attached gateway, and the next phase finds the engine that its alarms already
   * watch.
   */
  readonly doors: Doors;
}

/** The engine from the start, its policies once the gateway asks it. */
export class ToolPolicies extends Construct {
  readonly engine: agentcore.PolicyEngine;
  /** For the gateway; undefined in a phase before policies. */
  readonly attachment: agentcore.GatewayPolicyEngineConfig | undefined;
  readonly #policies: readonly PolicyFile[];

  constructor(scope: Construct, id: string, props: ToolPoliciesProps) {
    super(scope, id);
    const attached = props.doors.phase === 'policy';
    this.#policies = attached ? props.policies : [];
    this.engine = new agentcore.PolicyEngine(this, 'Engine', {
      policyEngineName: props.name,
      description: `Who may call which tool of ${Stack.of(this).stackName}`,
    });
    // The mode is said: the construct library's default was LOG_ONLY once and is ENFORCE now.
    const attachment = { policyEngine: this.engine, mode: MODES[props.mode] };
    this.attachment = attached ? attachment : undefined;
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
    { intent, targets: named, ...file }: PolicyFile,
    gateway: ToolGateway,
    targets: readonly NamedTarget[],
  ): void {
    const { name, statement } = file;
    const { mode, reason } = validationOf(file);
    const policy = this.engine.addPolicy(name, {
      policyName: name,
      description: intent,
      statement: PolicyStatement.fromCedar(
        statement.replaceAll(GATEWAY_PLACEHOLDER, gateway.gateway.gatewayArn),
      ),
      validationMode: VALIDATION[mode],
    });
    // The service validates against the tools that exist: a policy about a target that does not yet exist is refused.
    for (const { target, name: targetName } of targets) {
      if (named.includes(targetName)) policy.node.addDependency(target);
    }
    const resource = policy.node.defaultChild;
    if (CfnResource.isCfnResource(resource)) resource.addMetadata('secure-agent:validation', reason);
  }
}
