/** Takes a stage down: what goes and what stays is shown first, and looked at afterwards. */
import { type Plan, planOf } from '@secure-agent/operations';
import { destroyArguments } from './cdk.ts';
import { DeploymentError, explained, failed } from './deployment-error.ts';
import type { Place, Ports } from './ports.ts';
import { showPlan } from './show-plan.ts';

export type DestroyOptions = {
  /** An assembly that holds a stack of this name, for the CDK command line. */
  readonly synthesize: (
    place: Place,
  ) => Promise<{ readonly assemblyFolder: string; readonly stackName: string }>;
  /** The stack's name, where somebody confirmed without a terminal. */
  readonly confirmed?: string | undefined;
};

export type Retained = { readonly logicalId: string; readonly type: string; readonly physicalId: string };

export type Destroyed = {
  readonly stackName: string;
  /** What CloudFormation says now: `DELETE_COMPLETE`, or `absent` where there never was a stack. */
  readonly status: string;
  readonly removed: number;
  /** Still in the account: nobody deletes these but you. */
  readonly retained: readonly Retained[];
};

async function confirm(ports: Ports, stackName: string, confirmed: string | undefined): Promise<void> {
  const typed = confirmed ?? (await ports.ask(`Type ${stackName} to destroy it: `));
  if (typed === undefined) {
    const how = `run the command again with --confirm ${stackName}`;
    throw new DeploymentError('not_agreed', `There is no terminal to ask at. Read the plan, then ${how}.`);
  }
  if (typed.trim() !== stackName) {
    throw new DeploymentError('not_agreed', `"${typed.trim()}" is not ${stackName}: nothing was destroyed.`);
  }
}

async function run(ports: Ports, assemblyFolder: string, stackName: string): Promise<void> {
  const args = destroyArguments(assemblyFolder, stackName);
  const { code, text } = await ports.cdk(args, (line) => ports.say(`  ${line}`));
  if (code !== 0) throw failed('Destroying the stack', text);
}

const kept = (plan: Plan): ReadonlySet<string> =>
  new Set(plan.changes.filter(({ action }) => action === 'keep').map(({ logicalId }) => logicalId));

/** Asked by the stack's ARN: its name finds nothing once it is deleted. */
async function proof(
  ports: Ports,
  stackId: string,
  plan: Plan,
): Promise<Pick<Destroyed, 'status' | 'retained'>> {
  const status = (await ports.stacks.state(stackId))?.status ?? 'absent';
  if (status !== 'DELETE_COMPLETE' && status !== 'absent') {
    throw new DeploymentError(
      'failed',
      `CloudFormation says ${status}: the stack is not gone. Read its events.`,
    );
  }
  const staying = kept(plan);
  const left = (await ports.stacks.resources(stackId)).filter(
    ({ logicalId, status: end }) =>
      staying.has(logicalId) || end === 'DELETE_SKIPPED' || end === 'DELETE_FAILED',
  );
  return {
    status,
    retained: left.map(({ logicalId, type, physicalId }) => ({ logicalId, type, physicalId })),
  };
}

/**
 * Destroys a stage's stack.
 * @throws DeploymentError.
 */
export async function destroy(ports: Ports, options: DestroyOptions): Promise<Destroyed> {
  const place = await explained('Asking AWS who you are', () => ports.whereAmI());
  const { assemblyFolder, stackName } = await options.synthesize(place);
  const [state, template] = await explained('Reading the stack', () =>
    Promise.all([ports.stacks.state(stackName), ports.stacks.template(stackName)]),
  );
  if (state === undefined) return { stackName, status: 'absent', removed: 0, retained: [] };
  const plan = planOf(template, {});
  ports.say(showPlan(plan));
  if (state.terminationProtection) throw failed('Destroying the stack', 'TerminationProtection is enabled');
  await confirm(ports, stackName, options.confirmed);
  await run(ports, assemblyFolder, stackName);
  const seen = await explained('Looking at what is left', () => proof(ports, state.stackId, plan));
  return { stackName, removed: plan.changes.length - kept(plan).size, ...seen };
}
