/** A deployment from the plan to a system that answers. The order is the point: nothing changes before it was shown. */
import { type AnyOutputs, type Configuration, STACK_OUTPUTS } from '@secure-agent/contracts';
import {
  anyOutputsOfStack,
  type Plan,
  planOf,
  type Template,
  waitForDiscovery,
} from '@secure-agent/operations';
import { requireNotLowered } from '../rollout/not-lowered.ts';
import { deployArguments } from './cdk.ts';
import { DeploymentError, explained, failed } from './deployment-error.ts';
import type { Place, Ports } from './ports.ts';
import { showPlan } from './show-plan.ts';

export type Synthesized = {
  readonly assemblyFolder: string;
  readonly stackName: string;
  readonly template: Template;
};

export type DeployOptions = {
  readonly stage: string;
  /** Somebody agreed to whatever the plan says. */
  readonly agreed: boolean;
  readonly configuration: Configuration;
  readonly synthesize: (place: Place) => Promise<Synthesized>;
};

export type Deployed = {
  readonly stackName: string;
  readonly place: Place;
  readonly plan: Plan;
  readonly outputs: AnyOutputs;
};

async function agree(ports: Ports, plan: Plan, agreed: boolean): Promise<void> {
  if (!plan.needsApproval || agreed) return;
  const answer = await ports.ask('Deploy this? Type yes: ');
  if (answer === undefined) {
    throw new DeploymentError(
      'not_agreed',
      'The plan changes security or takes something away, and there is no terminal to ask at. Read the plan, then run the command again with --yes.',
    );
  }
  if (answer.trim() !== 'yes') throw new DeploymentError('not_agreed', 'Nothing was deployed.');
}

async function run(ports: Ports, { assemblyFolder, stackName }: Synthesized): Promise<void> {
  const { code, text } = await ports.cdk(deployArguments(assemblyFolder, stackName), (line) =>
    ports.say(`  ${line}`),
  );
  if (code !== 0) throw failed('The deployment', text);
}

async function outputsOf(ports: Ports, stackName: string): Promise<Readonly<Record<string, string>>> {
  const state = await explained('Reading the stack', () => ports.stacks.state(stackName));
  if (state !== undefined) return state.outputs;
  throw new DeploymentError(
    'failed',
    `The stack ${stackName} is not there after the deployment. Run it again.`,
  );
}

async function awaitDiscovery(ports: Ports, issuer: string | undefined): Promise<void> {
  if (issuer === undefined) return;
  ports.say('secure-agent: waiting for the discovery document …');
  await waitForDiscovery(issuer, {
    clock: ports.clock,
    fetch: ports.fetch,
    onWait: (why, elapsed) => ports.say(`  not yet, ${Math.round(elapsed / 1000)} s: ${why}`),
  });
}

/** What the plan is made of: where, what is there, what is to be. */
async function prepare(ports: Ports, options: DeployOptions) {
  const place = await explained('Asking AWS who you are', () => ports.whereAmI());
  await explained('Asking AgentCore', () => ports.probeAgentCore(place));
  ports.say(`secure-agent: synthesizing for ${place.account} in ${place.region} …`);
  const synthesized = await options.synthesize(place);
  const before = await explained('Reading the deployed template', () =>
    ports.stacks.template(synthesized.stackName),
  );
  await requireNotLowered(ports, { ...synthesized, stage: options.stage });
  return { place, synthesized, plan: planOf(before, synthesized.template) };
}

/**
 * Deploys a stage.
 * @throws DeploymentError; OperationError of the waits; SynthesisError.
 */
export async function deploy(ports: Ports, options: DeployOptions): Promise<Deployed> {
  const { place, synthesized, plan } = await prepare(ports, options);
  const { stackName } = synthesized;
  ports.say(showPlan(plan));
  await agree(ports, plan, options.agreed);
  if (plan.changes.length > 0) await run(ports, synthesized);
  const values = await outputsOf(ports, stackName);
  await awaitDiscovery(ports, values[STACK_OUTPUTS.issuer]);
  const dataPlane = `https://bedrock-agentcore.${place.region}.amazonaws.com`;
  const outputs = anyOutputsOfStack(values, options.configuration, {
    stage: options.stage,
    ...place,
    dataPlane,
  });
  ports.say('secure-agent: waiting until calls are allowed …');
  await explained('Calling what was deployed', () => ports.awaitEffects(outputs));
  return { stackName, place, plan, outputs };
}
