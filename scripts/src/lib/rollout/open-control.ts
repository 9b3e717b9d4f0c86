/** The control plane of a system, local or deployed, and what its outputs say: no sign-in, so that nothing stops a rollback. */
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { readAnyOutputs } from '@secure-agent/client';
import type { AnyOutputs } from '@secure-agent/contracts';
import { STATE } from '../paths.ts';
import { readAnyStageOutputs } from '../phase/stage-outputs.ts';
import { settingsOf } from '../phase/system.ts';

export type ControlOfSystem = {
  readonly outputs: AnyOutputs;
  readonly control: BedrockAgentCoreControlClient;
};

/**
 * Opens it for as long as the work takes.
 * @param stage - a deployed stage; the local system when left out.
 * @throws ClientError `no_system`; what the work throws.
 */
export async function withControl<T>(
  stage: string | undefined,
  work: (system: ControlOfSystem) => Promise<T>,
): Promise<T> {
  const outputs = stage === undefined ? readAnyOutputs(STATE) : readAnyStageOutputs(STATE, stage);
  const control = new BedrockAgentCoreControlClient({ ...settingsOf(STATE, outputs) });
  try {
    return await work({ outputs, control });
  } finally {
    control.destroy();
  }
}
