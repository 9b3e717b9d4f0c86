/** What `npm run phase` says of the roll-out file beside what it saw. */
import type { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import type { AnyOutputs, PolicyMode } from '@secure-agent/contracts';
import {
  policyDrift,
  readEngine,
  readRolloutFile,
  rolloutDrift,
  type Verdict,
  withDrift,
} from '@secure-agent/operations';
import type { PolicyFolder } from './policy-folder.ts';

/** The system that runs, as far as it is compared with the file. */
export type Running = {
  readonly outputs: Pick<AnyOutputs, 'stage' | 'gatewayId' | 'gatewayArn' | 'endpoint'>;
  readonly control: BedrockAgentCoreControlClient;
  /** By the control API; undefined without an engine. */
  readonly mode: PolicyMode | undefined;
};

/**
 * Adds the checks of a deployed stage: the mode, and after a promotion each policy of the engine. The local system is
 * switched by hand as it likes, until a command recorded a promotion or a rollback of it.
 * @throws OperationError `rollout_invalid`; AWS's own errors.
 */
export async function withRollout(
  verdict: Verdict,
  { outputs, control, mode }: Running,
  { rolloutFile, files }: PolicyFolder,
): Promise<Verdict> {
  const { stage, gatewayId, gatewayArn: arn, endpoint } = outputs;
  const { stages } = readRolloutFile(rolloutFile);
  const entry = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  const promotion = entry?.promotion;
  const recorded = promotion !== undefined || entry?.rollback !== undefined;
  if (endpoint !== undefined && !recorded) return verdict;
  const engine =
    promotion === undefined
      ? []
      : policyDrift({ promotion, files, engine: await readEngine(control, gatewayId) });
  return withDrift(verdict, rolloutDrift(entry, { arn, mode }), engine);
}
