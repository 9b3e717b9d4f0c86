/** A rollback on this machine: the gateway first; who asked, lock and record are no condition of it. */
import { type RolledBack, rollback, SYSTEM_CLOCK, writeStage } from '@secure-agent/operations';
import { lockIfPossible } from './lock-if-possible.ts';
import type { ControlOfSystem } from './open-control.ts';
import { whoAmI } from './who.ts';

export type RollbackPlaces = {
  readonly lockFile: string;
  readonly rolloutFile: string;
};

export type RollbackDone = RolledBack & { readonly gatewayId: string };

/**
 * Rolls the gateway of a system back.
 * @throws OperationError and AWS's errors about the gateway, and nothing else.
 */
export async function rollBackSystem(
  { outputs, control }: ControlOfSystem,
  { lockFile: file, rolloutFile }: RollbackPlaces,
  reason: string | undefined,
): Promise<RollbackDone> {
  const clock = SYSTEM_CLOCK;
  const { gatewayId, stage } = outputs;
  const lock = lockIfPossible({ file, by: 'an operator', clock });
  try {
    const record = (entry: RolledBack['entry']): void => writeStage(rolloutFile, stage, entry);
    const ports = { control, record, whoAmI: () => whoAmI(outputs), clock };
    const done = await rollback(ports, { gatewayId, reason });
    return { gatewayId, ...done, notes: [...lock.notes, ...done.notes] };
  } finally {
    lock.release();
  }
}
