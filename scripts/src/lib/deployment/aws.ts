/** The ports over AWS's own clients, with the credentials and the region that every AWS tool finds. */
import { createInterface } from 'node:readline/promises';
import {
  BedrockAgentCoreControlClient,
  GetAgentRuntimeCommand,
  GetGatewayCommand,
  ListGatewaysCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-bedrock-agentcore-control';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type PolicyMode, policyMode, type SystemOutputs } from '@secure-agent/contracts';
import { type Clock, cloudFormationStacks, SYSTEM_CLOCK, waitUntilAllowed } from '@secure-agent/operations';
import { note, visibleLines } from '../terminal.ts';
import { cdkCommand } from './cdk.ts';
import type { Ports } from './ports.ts';

/** Asks on stderr, where progress is: stdout is the command's result. */
async function askPerson(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

const say = (line: string): void => note(visibleLines(line));

/** The last part of a runtime's ARN is its id. */
const runtimeIdOf = ({ runtimeArn }: SystemOutputs): string =>
  runtimeArn.slice(runtimeArn.lastIndexOf('/') + 1);

/**
 * Calls of the person who deployed, to what was deployed.
 * @throws OperationError `not_allowed_yet`.
 */
export async function awaitSignedCalls(
  client: BedrockAgentCoreControlClient,
  outputs: SystemOutputs,
  clock: Clock = SYSTEM_CLOCK,
): Promise<void> {
  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['GetGateway', () => client.send(new GetGatewayCommand({ gatewayIdentifier: outputs.gatewayId }))],
    [
      'GetAgentRuntime',
      () => client.send(new GetAgentRuntimeCommand({ agentRuntimeId: runtimeIdOf(outputs) })),
    ],
  ];
  for (const [name, attempt] of calls) {
    const what = `bedrock-agentcore:${name}`;
    const onWait = (elapsed: number): void => say(`  ${what} not yet, ${Math.round(elapsed / 1000)} s`);
    await waitUntilAllowed({ what, attempt, clock, onWait });
  }
}

async function modeOfGateway(
  client: BedrockAgentCoreControlClient,
  gatewayIdentifier: string,
): Promise<PolicyMode | undefined> {
  try {
    const gateway = await client.send(new GetGatewayCommand({ gatewayIdentifier }));
    return policyMode.optional().parse(gateway.policyEngineConfiguration?.mode);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** @returns the ports, and what lets go of their connections. */
export function awsPorts(): Ports & { close(): void } {
  const cloudFormation = new CloudFormationClient();
  const control = new BedrockAgentCoreControlClient();
  const sts = new STSClient();
  return {
    async whereAmI() {
      const region = await sts.config.region();
      const { Account: account = '' } = await sts.send(new GetCallerIdentityCommand());
      return { account, region };
    },
    async probeAgentCore() {
      try {
        await control.send(new ListGatewaysCommand({ maxResults: 1 }));
      } catch (error) {
        // An answer is an answer: who may not list may still deploy, through the roles of the CDK's bootstrap.
        if (!(error instanceof Error && error.name === 'AccessDeniedException')) throw error;
      }
    },
    gatewayMode: (id) => modeOfGateway(control, id),
    stacks: cloudFormationStacks(cloudFormation),
    cdk: cdkCommand(),
    awaitEffects: (outputs) => awaitSignedCalls(control, outputs),
    ask: askPerson,
    say,
    clock: SYSTEM_CLOCK,
    fetch,
    close() {
      for (const client of [cloudFormation, control, sts]) client.destroy();
    },
  };
}
