/**
 * Back to LOG_ONLY: one call, always allowed, and whatever a promotion does at the same time gives way. The gateway comes
 * first: what only the record needs may fail afterwards, and does not undo it.
 */
import type { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import type { StageRollout } from '@secure-agent/contracts';
import type { Clock } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';
import { setPolicyMode, settledGateway } from '../policy-mode.ts';

export type RollbackPorts = {
  readonly control: BedrockAgentCoreControlClient;
  /** Who asks, for the record. */
  readonly whoAmI: () => Promise<string>;
  /** Writes the stage's entry. */
  readonly record: (entry: StageRollout) => void;
  readonly clock: Clock;
};

export type RollbackRequest = {
  readonly gatewayId: string;
  /** A sentence of at least ten characters. */
  readonly reason?: string | undefined;
};

export type RolledBack = {
  readonly entry: StageRollout;
  /** Whether the entry was written. */
  readonly recorded: boolean;
  /** What did not work beside the rollback itself, a sentence each. */
  readonly notes: readonly string[];
};

/** Stands beside the mode, where a production stage must say why it only logs. */
const defaultReason = (at: string): string => `Rolled back at ${at}.`;

/** How often a promotion that was under way may switch again before this gives up. */
const ATTEMPTS = 3;

/** @returns the gateway's ARN. */
async function lower({ control, clock }: RollbackPorts, gatewayId: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    await setPolicyMode(control, gatewayId, 'LOG_ONLY', { clock });
    const { policyEngineConfiguration, gatewayArn = '' } = await settledGateway(control, gatewayId, clock);
    if (policyEngineConfiguration?.mode === 'LOG_ONLY') return gatewayArn;
    if (attempt === ATTEMPTS) {
      throw new OperationError(
        'overtaken',
        'Somebody else keeps switching the gateway. Find out who, then retry.',
      );
    }
  }
}

const UNKNOWN = 'unknown';

/** An error of the system is told by its code: its message has paths in it. */
function why(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const isOfSystem = 'syscall' in error && 'code' in error;
  return isOfSystem ? `${String(error.code)}.` : error.message;
}

async function askWho({ whoAmI }: RollbackPorts): Promise<{ by: string; notes: readonly string[] }> {
  try {
    return { by: await whoAmI(), notes: [] };
  } catch (error) {
    return {
      by: UNKNOWN,
      notes: [`Nobody could say who you are, so "${UNKNOWN}" is recorded: ${why(error)}`],
    };
  }
}

function write({ record }: RollbackPorts, entry: StageRollout): readonly string[] {
  try {
    record(entry);
    return [];
  } catch (error) {
    return [
      `The gateway only logs now, and that could not be recorded in rollout.json, which a deployment goes by: ${why(error)}`,
    ];
  }
}

/**
 * Rolls back. The update is sent also where the gateway logs only already: a promotion that is about to switch then sees
 * that the gateway changed.
 * @returns what was recorded; who asked is `unknown` where nobody can say, and a record that cannot be written is told.
 * @throws OperationError `policy_engine_missing`, `not_settled`, `overtaken`; AWS's own errors about the gateway.
 */
export async function rollback(
  ports: RollbackPorts,
  { gatewayId, reason }: RollbackRequest,
): Promise<RolledBack> {
  const arn = await lower(ports, gatewayId);
  const { by, notes } = await askWho(ports);
  const at = new Date(ports.clock.now()).toISOString();
  const entry: StageRollout = {
    mode: 'LOG_ONLY',
    reason: reason ?? defaultReason(at),
    rollback: {
      ...{ at, by, gateway: { id: gatewayId, arn } },
      ...(reason === undefined ? {} : { reason }),
    },
  };
  const failed = write(ports, entry);
  return { entry, recorded: failed.length === 0, notes: [...notes, ...failed] };
}
