/**
 * Changes a gateway's policy engine and mode and nothing else. UpdateGateway replaces every field: what is left out is
 * gone, the authorizer and the interceptors included. So the gateway is read and sent back whole.
 * Source: AgentCore control API, UpdateGateway; devguide policy-enforcement-modes.
 */
import {
  type BedrockAgentCoreControlClient,
  ConflictException,
  GetGatewayCommand,
  type GetGatewayCommandOutput,
  UpdateGatewayCommand,
  type UpdateGatewayCommandInput,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { PolicyMode } from '@secure-agent/contracts';
import { type Clock, SYSTEM_CLOCK } from './deployment/clock.ts';
import { OperationError } from './operation-error.ts';
import { settled } from './policies/settled.ts';

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

/** Whether two readings of a gateway agree in everything but the mode of its engine. */
export function sameButMode(one: GetGatewayCommandOutput, other: GetGatewayCommandOutput): boolean {
  const without = (gateway: GetGatewayCommandOutput): string =>
    JSON.stringify({
      ...gatewayUpdateOf(gateway),
      policyEngineConfiguration: gateway.policyEngineConfiguration?.arn,
    });
  return without(one) === without(other);
}

export const readGateway = (
  client: BedrockAgentCoreControlClient,
  gatewayId: string,
): Promise<GetGatewayCommandOutput> => client.send(new GetGatewayCommand({ gatewayIdentifier: gatewayId }));

/**
 * The gateway once no update is under way.
 * @throws OperationError `not_settled` after two minutes.
 */
export const settledGateway = (
  client: BedrockAgentCoreControlClient,
  gatewayId: string,
  clock: Clock = SYSTEM_CLOCK,
): Promise<GetGatewayCommandOutput> =>
  settled(`The gateway ${gatewayId}`, () => readGateway(client, gatewayId), clock);

export type ModeChange = {
  /** Engine to attach. @default the one that is attached */
  readonly engineArn?: string;
  /** The gateway as the decision to change it saw it: if it is another one by now, nothing is sent. */
  readonly unlessChangedSince?: GetGatewayCommandOutput;
  readonly clock?: Clock;
};

/** The API has no ETag: the moment of the last change stands for one. A write between this look and ours stays unseen. */
function requireUnchanged(now: GetGatewayCommandOutput, then: GetGatewayCommandOutput | undefined): void {
  if (then === undefined || now.updatedAt?.getTime() === then.updatedAt?.getTime()) return;
  throw new OperationError(
    'gateway_changed',
    'Somebody else changed the gateway in the meantime. Nothing was sent; look at it, then run the command again.',
  );
}

function updateOf(
  gateway: GetGatewayCommandOutput,
  mode: PolicyMode,
  attach: string | undefined,
): UpdateGatewayCommandInput {
  const arn = attach ?? gateway.policyEngineConfiguration?.arn;
  if (arn === undefined) {
    throw new OperationError('policy_engine_missing', 'The gateway has no policy engine. Attach one first.');
  }
  return { ...gatewayUpdateOf(gateway), policyEngineConfiguration: { arn, mode } };
}

/** Updates that may be under way, one after another, before this gives up. */
const ATTEMPTS = 5;

/**
 * Sets the mode. Where another update is under way it waits for that one, reads again and sends again.
 * @throws OperationError `policy_engine_missing` when the gateway has none: there is no mode to set; `gateway_changed`;
 * `not_settled`.
 */
export async function setPolicyMode(
  client: BedrockAgentCoreControlClient,
  gatewayId: string,
  mode: PolicyMode,
  { engineArn, unlessChangedSince, clock = SYSTEM_CLOCK }: ModeChange = {},
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const gateway = await readGateway(client, gatewayId);
    requireUnchanged(gateway, unlessChangedSince);
    const update = updateOf(gateway, mode, engineArn);
    try {
      await client.send(new UpdateGatewayCommand(update));
      return;
    } catch (error) {
      if (!(error instanceof ConflictException) || attempt === ATTEMPTS) throw error;
    }
    await settledGateway(client, gatewayId, clock);
  }
}
