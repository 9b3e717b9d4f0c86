/** Back to LOG_ONLY: one call, always allowed, and whatever a promotion does at the same time gives way. */
import type { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import type { StageRollout } from '@secure-agent/contracts';
import type { Clock } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';
import { readGateway, setPolicyMode, settledGateway } from '../policy-mode.ts';

export type RollbackPorts = {
  readonly control: BedrockAgentCoreControlClient;
  /** Writes the stage's entry. */
  readonly record: (entry: StageRollout) => void;
  readonly clock: Clock;
};

export type RollbackRequest = {
  readonly gatewayId: string;
  readonly by: string;
  /** A sentence of at least ten characters. */
  readonly reason?: string | undefined;
};

/** Stands beside the mode, where a production stage must say why it only logs. */
const defaultReason = (at: string): string => `Rolled back at ${at}.`;

/** How often a promotion that was under way may switch again before this gives up. */
const ATTEMPTS = 3;

/**
 * Rolls back. The update is sent also where the gateway logs only already: a promotion that is about to switch then sees
 * that the gateway changed.
 * @throws OperationError `policy_engine_missing`, `not_settled`, `overtaken`; AWS's own errors.
 */
export async function rollback(
  { control, record, clock }: RollbackPorts,
  { gatewayId, by, reason }: RollbackRequest,
): Promise<StageRollout> {
  for (let attempt = 1; ; attempt += 1) {
    await setPolicyMode(control, gatewayId, 'LOG_ONLY', { clock });
    const { policyEngineConfiguration } = await settledGateway(control, gatewayId, clock);
    if (policyEngineConfiguration?.mode === 'LOG_ONLY') break;
    if (attempt === ATTEMPTS) {
      throw new OperationError(
        'overtaken',
        'Somebody else keeps switching the gateway. Find out who, then retry.',
      );
    }
  }
  const { gatewayArn = '' } = await readGateway(control, gatewayId);
  const at = new Date(clock.now()).toISOString();
  const entry: StageRollout = {
    mode: 'LOG_ONLY',
    reason: reason ?? defaultReason(at),
    rollback: {
      ...{ at, by, gateway: { id: gatewayId, arn: gatewayArn } },
      ...(reason === undefined ? {} : { reason }),
    },
  };
  record(entry);
  return entry;
}
