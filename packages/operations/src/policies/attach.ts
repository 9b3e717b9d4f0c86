/**
 * Brings a folder's policies to a gateway's engine and attaches it in LOG_ONLY. Every step looks first at what is there,
 * so a run that stopped anywhere is finished by the next one.
 * Source: AgentCore control API, CreatePolicy, UpdatePolicy; devguide policy-create-update-validation.
 */
import {
  type BedrockAgentCoreControlClient,
  ConflictException,
  CreatePolicyCommand,
  DeletePolicyCommand,
  type GetGatewayCommandOutput,
  GetPolicyCommand,
  ResourceNotFoundException,
  UpdatePolicyCommand,
} from '@aws-sdk/client-bedrock-agentcore-control';
import type { PolicyMode } from '@secure-agent/contracts';
import type { PolicySource } from '@secure-agent/policy/workbench';
import { type Clock, SYSTEM_CLOCK } from '../deployment/clock.ts';
import { OperationError } from '../operation-error.ts';
import { setPolicyMode, settledGateway } from '../policy-mode.ts';
import { type AttachPlan, type PolicyStep, planAttach } from './attach-plan.ts';
import { type FoundEngine, findEngine } from './find-engine.ts';
import { type FolderPolicy, folderPolicies } from './folder-policy.ts';
import { type EnginePolicyState, listPolicies } from './policy-set.ts';
import { settled } from './settled.ts';

export type AttachOptions = {
  readonly gatewayId: string;
  /** Engine of the stack's outputs. */
  readonly engineId?: string | undefined;
  /** Name of the engine where there is none yet. */
  readonly engineName: string;
  readonly files: readonly PolicySource[];
  /** Delete policies that the folder does not have. */
  readonly prune: boolean;
  readonly clock?: Clock;
  /** A line of progress. */
  readonly say?: (line: string) => void;
};

export type FailedPolicy = {
  readonly name: string;
  readonly status: string;
  readonly findings: readonly string[];
};

export type Attached = FoundEngine & {
  /** Of the gateway now; undefined where nothing is attached. */
  readonly mode: PolicyMode | undefined;
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  /** In the engine, not in the folder. */
  readonly gone: readonly string[];
  readonly deleted: readonly string[];
  /** Policies that did not become ACTIVE. Then nothing was attached or deleted, and no permit sent after a forbid. */
  readonly failed: readonly FailedPolicy[];
};

type Place = {
  readonly client: BedrockAgentCoreControlClient;
  readonly engineId: string;
  readonly clock: Clock;
};

const bodyOf = ({ statement, validationMode }: FolderPolicy) => ({
  definition: { cedar: { statement } },
  validationMode,
});

/** Waits for a policy that is already being made or changed: another step on it would be a conflict. */
const settledPolicy = ({ client, engineId, clock }: Place, policyId: string) =>
  settled(
    `The policy ${policyId}`,
    () => client.send(new GetPolicyCommand({ policyEngineId: engineId, policyId })),
    clock,
  );

/** @returns the policy's id; of the one that is there where a run before this one, or the SDK, made it already. */
async function create(place: Place, file: FolderPolicy): Promise<string> {
  const { client, engineId } = place;
  const { name, description } = file;
  try {
    const input = { policyEngineId: engineId, name, description, ...bodyOf(file) };
    return (await client.send(new CreatePolicyCommand(input))).policyId ?? '';
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
    const there = (await listPolicies(client, engineId)).find((policy) => policy.name === name);
    if (there === undefined) throw error;
    if (there.statement !== file.statement) await update(place, file, there.policyId);
    return there.policyId;
  }
}

async function update(place: Place, file: FolderPolicy, policyId: string): Promise<void> {
  await settledPolicy(place, policyId);
  const { description } = file;
  const change = {
    ...{ policyEngineId: place.engineId, policyId, enforcementMode: 'ACTIVE' as const },
    ...bodyOf(file),
    ...(description === undefined ? {} : { description: { optionalValue: description } }),
  };
  await place.client.send(new UpdatePolicyCommand(change));
}

async function perform(place: Place, step: PolicyStep): Promise<FailedPolicy | undefined> {
  if (step.kind === 'update') await update(place, step.file, step.policyId);
  const policyId = step.kind === 'update' ? step.policyId : await create(place, step.file);
  const { status = 'UNKNOWN', statusReasons = [] } = await settledPolicy(place, policyId);
  return status === 'ACTIVE' ? undefined : { name: step.file.name, status, findings: statusReasons };
}

type Performed = { readonly done: readonly PolicyStep[]; readonly failed: readonly FailedPolicy[] };

/** One after another. After a forbid that failed no permit is sent: it would stand without its limit. */
async function performAll(
  place: Place,
  steps: readonly PolicyStep[],
  say: (line: string) => void,
): Promise<Performed> {
  const done: PolicyStep[] = [];
  const failed: FailedPolicy[] = [];
  for (const step of steps) {
    if (step.file.effect === 'permit' && failed.length > 0) break;
    say(`  ${step.kind} ${step.file.name}`);
    const failure = await perform(place, step);
    if (failure === undefined) done.push(step);
    else failed.push(failure);
  }
  return { done, failed };
}

const ignoreGone = (error: unknown): undefined => {
  if (error instanceof ResourceNotFoundException) return undefined;
  throw error;
};

/** The engine's policies once nothing is under way with any: what an earlier run began counts as what came of it. */
async function settledPolicies(place: Place): Promise<readonly EnginePolicyState[]> {
  const listed = await listPolicies(place.client, place.engineId);
  const busy = listed.filter(({ status }) => status.endsWith('ING'));
  for (const { policyId } of busy) await settledPolicy(place, policyId).catch(ignoreGone);
  return busy.length === 0 ? listed : listPolicies(place.client, place.engineId);
}

/** Deletes one after another and waits for each: a forbid must not go before the permit that it limits. */
async function remove(place: Place, { gone }: AttachPlan): Promise<readonly string[]> {
  for (const { policyId } of gone) {
    const { client, engineId: policyEngineId } = place;
    await settledPolicy(place, policyId);
    await client.send(new DeletePolicyCommand({ policyEngineId, policyId }));
    await settledPolicy(place, policyId).catch(ignoreGone);
  }
  return gone.map(({ name }) => name);
}

/** What an enforcing gateway decides changes by promotion alone. */
function requireNotEnforced(gateway: GetGatewayCommandOutput, plan: AttachPlan, prune: boolean): void {
  const changes = plan.steps.length > 0 || (prune && plan.gone.length > 0);
  if (!changes || gateway.policyEngineConfiguration?.mode !== 'ENFORCE') return;
  throw new OperationError(
    'gateway_enforces',
    'The gateway enforces its policies, and these differ from it: a change would decide at once, without evidence. Run npm run rollback, then attach, then npm run promote.',
  );
}

/**
 * An engine that somebody made under the expected name may hold a permit for everybody: before a gateway gets an engine,
 * every policy in it is known, or is to be deleted.
 */
function requireKnown(
  gateway: GetGatewayCommandOutput,
  { engineId }: FoundEngine,
  { gone }: AttachPlan,
  prune: boolean,
): void {
  if (gateway.policyEngineConfiguration !== undefined || prune || gone.length === 0) return;
  const names = gone.map(({ name }) => name).join(', ');
  throw new OperationError(
    'engine_foreign',
    `The gateway has no policy engine, and ${engineId} holds policies that are not in the folder: ${names}. Nothing was sent or attached. Find out who made them; then add their files, or delete them with --prune.`,
  );
}

const namesOf = (steps: readonly PolicyStep[], kind: PolicyStep['kind']): readonly string[] =>
  steps.filter((step) => step.kind === kind).map(({ file }) => file.name);

/** Attaches the engine in LOG_ONLY where the gateway has none. An ENFORCE is never lowered. */
async function attachEngine(
  client: BedrockAgentCoreControlClient,
  gateway: GetGatewayCommandOutput,
  { engineArn }: FoundEngine,
  clock: Clock,
): Promise<PolicyMode> {
  if (gateway.policyEngineConfiguration !== undefined) {
    return gateway.policyEngineConfiguration.mode === 'ENFORCE' ? 'ENFORCE' : 'LOG_ONLY';
  }
  const gatewayId = gateway.gatewayId ?? '';
  await setPolicyMode(client, gatewayId, 'LOG_ONLY', { engineArn, unlessChangedSince: gateway, clock });
  await settledGateway(client, gatewayId, clock);
  return 'LOG_ONLY';
}

/**
 * Attaches a folder's policies.
 * @throws OperationError `engine_conflict`, `engine_foreign`, `gateway_changed`, `gateway_enforces`, `not_settled`,
 * `policy_engine_missing`, `policy_failed` for a file that is no policy; AWS's own errors.
 */
export async function attachPolicies(
  client: BedrockAgentCoreControlClient,
  { gatewayId, engineId, engineName, files, prune, clock = SYSTEM_CLOCK, say = () => {} }: AttachOptions,
): Promise<Attached> {
  const gateway = await settledGateway(client, gatewayId, clock);
  const wanted = folderPolicies(files, gateway.gatewayArn ?? '');
  const engine = await findEngine(client, { gateway, engineId, engineName, clock });
  const place = { client, engineId: engine.engineId, clock };
  const plan = planAttach(wanted, await settledPolicies(place));
  requireNotEnforced(gateway, plan, prune);
  requireKnown(gateway, engine, plan, prune);
  const { done, failed } = await performAll(place, plan.steps, say);
  const complete = failed.length === 0;
  const deleted = complete && prune ? await remove(place, plan) : [];
  const mode = complete
    ? await attachEngine(client, gateway, engine, clock)
    : gateway.policyEngineConfiguration?.mode;
  return {
    ...engine,
    ...{ mode, deleted, failed, unchanged: plan.unchanged },
    created: namesOf(done, 'create'),
    updated: namesOf(done, 'update'),
    gone: plan.gone.map(({ name }) => name),
  };
}
