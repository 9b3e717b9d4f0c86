/**
 * Changes a gateway's policy mode and nothing else. UpdateGateway replaces every field: what is left out is gone, the
 * authorizer and the interceptors included. So the gateway is read and sent back whole.
 * Source: AgentCore control API, UpdateGateway; devguide policy-enforcement-modes.
 */
import {
  type BedrockAgentCoreControlClient,
  GetGatewayCommand,
  type GetGatewayCommandOutput,
  UpdateGatewayCommand,
  type UpdateGatewayCommandInput,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { PolicyMode } from '@secure-agent/contracts';
import { OperationError } from './operation-error.ts';

/** Every field that UpdateGateway takes, as the gateway has it now. */
export function gatewayUpdateOf(gateway: GetGatewayCommandOutput): UpdateGatewayCommandInput {
  return {
    gatewayIdentifier: gateway.gatewayId,
    name: gateway.name,
    description: gateway.description,
    roleArn: gateway.roleArn,
    authorizerType: gateway.authorizerType,
    authorizerConfiguration: gateway.authorizerConfiguration,
    protocolType: gateway.protocolType,
    protocolConfiguration: gateway.protocolConfiguration,
    kmsKeyArn: gateway.kmsKeyArn,
    customTransformConfiguration: gateway.customTransformConfiguration,
    interceptorConfigurations: gateway.interceptorConfigurations,
    policyEngineConfiguration: gateway.policyEngineConfiguration,
    exceptionLevel: gateway.exceptionLevel,
    wafConfiguration: gateway.wafConfiguration,
  };
}

/**
 * Sets the mode.
 * @throws OperationError `policy_engine_missing` when the gateway has none: there is no mode to set.
 */
export async function setPolicyMode(
  client: BedrockAgentCoreControlClient,
  gatewayId: string,
  mode: PolicyMode,
): Promise<void> {
  const gateway = await client.send(new GetGatewayCommand({ gatewayIdentifier: gatewayId }));
  const arn = gateway.policyEngineConfiguration?.arn;
  if (arn === undefined) {
    throw new OperationError('policy_engine_missing', 'The gateway has no policy engine. Attach one first.');
  }
  const update = { ...gatewayUpdateOf(gateway), policyEngineConfiguration: { arn, mode } };
  await client.send(new UpdateGatewayCommand(update));
}
