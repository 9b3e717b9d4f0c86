/** Whether a gateway is in the mode that the roll-out file has for its stage. Pure. */
import type { PolicyMode, StageRollout } from '@secure-agent/contracts';
import type { Check, Verdict } from '../phases/judge.ts';

export type GatewayState = {
  readonly arn: string;
  /** By the control API; undefined without an engine. */
  readonly mode: PolicyMode | undefined;
};

/**
 * Compares file and gateway.
 * @param entry - of the roll-out file; undefined where it has no such stage.
 */
export function rolloutDrift(entry: StageRollout | undefined, gateway: GatewayState): Check {
  const recorded = entry?.mode ?? 'no such stage';
  const of = entry?.promotion?.gateway.arn;
  const foreign = of !== undefined && of !== gateway.arn;
  const seen = gateway.mode ?? 'no engine';
  return {
    what: 'rollout.json and the gateway',
    expected: foreign ? `${recorded}, of another gateway` : recorded,
    seen,
    ok: !foreign && recorded === seen,
  };
}

const MEND =
  'rollout.json and the gateway disagree: somebody changed one of them by hand. Run npm run promote or npm run rollback; either writes both.';

const MEND_POLICIES =
  'The engine does not hold what was promoted: somebody changed it past the roll-out. Run npm run rollback, then npm run policy -- attach (with --prune for what has no file), collect decisions, then npm run promote.';

/** A verdict with more checks; where file and gateway disagree that comes first. */
export function withDrift(verdict: Verdict, mode: Check, engine: readonly Check[] = []): Verdict {
  const same = engine.every(({ ok }) => ok);
  const mend = mode.ok ? MEND_POLICIES : MEND;
  return {
    ...verdict,
    checks: [...verdict.checks, mode, ...engine],
    ok: verdict.ok && mode.ok && same,
    next: mode.ok && same ? verdict.next : mend,
  };
}
