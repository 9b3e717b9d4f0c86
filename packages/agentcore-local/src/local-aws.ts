/** The local AWS: its services, put together, with a stack on them. */
import type { Json } from '@secure-agent/contracts';
import { DECISIONS_PATH } from './decisions/decision-log.ts';
import { applyStack } from './loader/apply-stack.ts';
import { handlersOf, type LocalAwsOptions, type LocalParts, makeParts, servicesOf } from './local-parts.ts';
import { createStopper, type Stopper } from './stopper.ts';

export type LocalAws = {
  /** Base URL of the endpoint. */
  readonly endpoint: string;
  readonly mailboxUrl: string;
  readonly decisionsUrl: string;
  readonly stackOutputs: Readonly<Record<string, Json>>;
  /** Where functions, agents and the server write what they print. */
  readonly logFolder: string;
  /** Events that the functions of this stack were given since start. */
  invocationCounts(): Readonly<Record<string, number>>;
  /**
   * Signs claims with a user pool's access-token key: for tests that need a token which no sign-in gives, such as an
   * expired one. Only this process can call it; there is no such thing on the wire.
   */
  signAccessToken(userPoolId: string, claims: Readonly<Record<string, Json>>): Promise<string>;
  stop(): Promise<void>;
};

/**
 * Runs a stack of a cloud assembly on this machine.
 * @throws LoadError naming what cannot be run, and a taken port.
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const started = createStopper();
  try {
    return await bringUp(options, started);
  } catch (error) {
    await started.stop();
    throw error;
  }
}

async function bringUp(options: LocalAwsOptions, started: Stopper): Promise<LocalAws> {
  const parts = await makeParts(options, started);
  // Keys are fetched from the endpoint itself, so it serves before the stack is applied.
  parts.endpoint.serve(servicesOf(parts));
  const stackOutputs = await runStack(parts);
  await prewarmRuntimes(parts);
  return running(parts, stackOutputs, started.stop);
}

async function runStack(parts: LocalParts): Promise<LocalAws['stackOutputs']> {
  const { assembly, account, region, endpoint, state } = parts;
  const stack = { stackName: assembly.stackName, account, region, endpoint: endpoint.url };
  const { outputs } = await applyStack(assembly, stack, handlersOf(parts), state);
  return outputs;
}

async function prewarmRuntimes({ control, runtime }: LocalParts): Promise<void> {
  const arns = Object.values(control.read().runtimes).map(({ agentRuntimeArn }) => agentRuntimeArn);
  await Promise.all(arns.map((arn) => runtime.prewarm(arn)));
}

const running = (
  { endpoint, page, logFolder, lambda, identity }: LocalParts,
  stackOutputs: LocalAws['stackOutputs'],
  stop: LocalAws['stop'],
): LocalAws => ({
  endpoint: endpoint.url,
  mailboxUrl: page.url,
  decisionsUrl: `${endpoint.url}${DECISIONS_PATH}`,
  stackOutputs,
  logFolder,
  invocationCounts: () => lambda.invocationCounts(),
  signAccessToken: (userPoolId, claims) => identity.signAccessToken(userPoolId, claims),
  stop,
});
