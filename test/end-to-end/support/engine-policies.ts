/** Policies of a running system's engine, taken out and put back as an operator would: through the AWS SDK. */
import {
  BedrockAgentCoreControlClient,
  CreatePolicyCommand,
  DeletePolicyCommand,
  GetPolicyCommand,
  ListPoliciesCommand,
  ListPolicyEnginesCommand,
  waitUntilPolicyActive,
  waitUntilPolicyDeleted,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { operatorKey } from './doors.ts';
import type { TestSystem } from './system.ts';

export type EnginePolicies = {
  /** @returns what puts the same statement back. */
  remove(name: string): Promise<() => Promise<void>>;
  close(): void;
};

export async function openEnginePolicies(running: TestSystem): Promise<EnginePolicies> {
  const { endpoint = '', region } = running.world.outputs;
  const client = new BedrockAgentCoreControlClient({ endpoint, region, credentials: operatorKey(running) });
  const { policyEngines = [] } = await client.send(new ListPolicyEnginesCommand());
  const policyEngineId = policyEngines[0]?.policyEngineId;
  if (policyEngineId === undefined) throw new Error('the system has no policy engine');
  const waiting = { client, maxWaitTime: 10, minDelay: 0.05, maxDelay: 0.1 };

  async function remove(name: string): Promise<() => Promise<void>> {
    const { policies = [] } = await client.send(new ListPoliciesCommand({ policyEngineId }));
    const policyId = policies.find((policy) => policy.name === name)?.policyId;
    if (policyId === undefined) throw new Error(`the engine has no policy ${name}`);
    const { definition } = await client.send(new GetPolicyCommand({ policyEngineId, policyId }));
    await client.send(new DeletePolicyCommand({ policyEngineId, policyId }));
    await waitUntilPolicyDeleted(waiting, { policyEngineId, policyId });
    return async () => {
      const validationMode = 'IGNORE_ALL_FINDINGS';
      const made = { policyEngineId, name, definition, validationMode } as const;
      const again = await client.send(new CreatePolicyCommand(made));
      await waitUntilPolicyActive(waiting, { policyEngineId, policyId: again.policyId });
    };
  }

  return { remove, close: () => client.destroy() };
}
