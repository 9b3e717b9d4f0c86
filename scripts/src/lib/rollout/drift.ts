/** What `npm run phase` says of the roll-out file beside what it saw. */
import type { AnyOutputs, PolicyMode } from '@secure-agent/contracts';
import { readRolloutFile, rolloutDrift, type Verdict, withDrift } from '@secure-agent/operations';

/**
 * Adds the check of a deployed stage. The local system is switched by hand as it likes, until a command recorded a
 * promotion or a rollback of it.
 * @throws OperationError `rollout_invalid`.
 */
export function withRollout(
  verdict: Verdict,
  { stage, gatewayArn: arn, endpoint }: AnyOutputs,
  mode: PolicyMode | undefined,
  rolloutFile: string,
): Verdict {
  const { stages } = readRolloutFile(rolloutFile);
  const entry = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  const recorded = entry?.promotion !== undefined || entry?.rollback !== undefined;
  return endpoint === undefined || recorded
    ? withDrift(verdict, rolloutDrift(entry, { arn, mode }))
    : verdict;
}
