/** The stack's CloudFormation outputs: addresses and identifiers, under the names that `contracts` fixes. */
import { STACK_OUTPUTS } from '@secure-agent/contracts';
import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { CallerIdentity } from './constructs/callers.ts';
import type { Data } from './constructs/data.ts';
import type { ToolGateway } from './constructs/gateway.ts';

import type { ToolPolicies } from './constructs/policy.ts';
import type { AgentRuntime } from './constructs/runtime.ts';

export type Hops = {
  readonly identity: CallerIdentity;
  readonly runtime: AgentRuntime;
  readonly gateway: ToolGateway;
  readonly engine: ToolPolicies;
  readonly data: Data;
};

/** Output name to value. */
function outputsOf({
  identity,
  runtime,
  gateway: { gateway, gatewayUrl },
  engine: { engine },
  data,
}: Hops): readonly (readonly [string, string])[] {
  return [
    ...identity.outputs,
    [STACK_OUTPUTS.runtimeArn, runtime.runtime.agentRuntimeArn],
    [STACK_OUTPUTS.gatewayId, gateway.gatewayId],
    [STACK_OUTPUTS.gatewayArn, gateway.gatewayArn],
    [STACK_OUTPUTS.gatewayUrl, gatewayUrl],
    [STACK_OUTPUTS.policyEngineId, engine.policyEngineId],
    [STACK_OUTPUTS.tableName, data.table.tableName],
  ];
}

/** Writes the outputs. Nothing secret: they are shown to whoever may describe the stack. */
export function writeOutputs(stack: Stack, hops: Hops): void {
  // An id directly below the stack is the logical id itself: no hash is added to it.
  for (const [name, value] of outputsOf(hops)) new CfnOutput(stack, name, { value });
}
