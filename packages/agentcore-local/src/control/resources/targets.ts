/** Targets of a gateway. A target with an MCP server is ready when the server has told its tools. */
import type { Json } from '@secure-agent/contracts';
import { createPolicyEngine, PolicyError, type PolicyTool } from '@secure-agent/policy';
import type { TargetRecord as TargetView } from '../../ports.ts';
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { conflict, invalid, notFound } from '../control-error.ts';
import type { TargetInput, TargetRecord } from '../records/gateway.ts';
import type { ControlState } from '../records/state.ts';
import { isDiscovered, lambdaToolsOf, targetKind } from '../target-tools.ts';
import { gatewayOf } from './gateways.ts';
import { requireSettled } from './statuses.ts';

/** Targets of one gateway (devguide bedrock-agentcore-limits). */
const MAX_TARGETS = 100;

/** A target as the data plane sees it. */
export function targetView(target: TargetRecord): TargetView {
  const { targetId, gatewayId, name, targetConfiguration, credentialProviderConfigurations } = target;
  const { metadataConfiguration, discoveredTools } = target;
  return {
    ...{ targetId, gatewayId, name, targetConfiguration, credentialProviderConfigurations },
    ...(metadataConfiguration === undefined ? {} : { metadataConfiguration }),
    ...(discoveredTools === undefined ? {} : { discoveredTools }),
  };
}

/** @throws ControlError saying why the target cannot be served. */
export function toolsOfTarget(control: Control, target: TargetRecord): readonly PolicyTool[] {
  const kind = targetKind(target.targetConfiguration);
  if (control.targetTools === undefined || kind === 'lambda') {
    return lambdaToolsOf(target.name, target.targetConfiguration);
  }
  if (kind === undefined) throw invalid('targetConfiguration: only MCP targets run locally');
  const told = control.targetTools(targetView(target));
  if (!told.ok) throw invalid(told.error);
  return told.value;
}

/** @throws ControlError: of no kind that runs here, or a tool that no policy could be about. */
function checkTools(control: Control, target: TargetRecord): void {
  try {
    const { gatewayArn } = target;
    createPolicyEngine({ gatewayArn, policies: [], tools: [...toolsOfTarget(control, target)] }).dispose();
  } catch (error) {
    throw error instanceof PolicyError ? invalid(error.message) : error;
  }
}

/** @throws ControlError `ResourceNotFoundException`, also for a target of another gateway. */
export function targetOf(control: Control, gatewayIdentifier: string, targetId: string): TargetRecord {
  const { gatewayId } = gatewayOf(control, gatewayIdentifier);
  const target = requireRecord(control.read().targets, targetId, 'Target');
  if (target.gatewayId !== gatewayId) throw notFound('Target');
  return target;
}

const put = (state: ControlState, record: TargetRecord): ControlState => ({
  ...state,
  targets: { ...state.targets, [record.targetId]: record },
});

function checkName(control: Control, gatewayId: string, name: string, targetId: string): void {
  const siblings = Object.values(control.read().targets).filter(
    (other) => other.gatewayId === gatewayId && other.targetId !== targetId,
  );
  if (siblings.some((other) => other.name === name)) {
    throw conflict(`the gateway has a target ${name} already`);
  }
  if (siblings.length >= MAX_TARGETS) throw invalid(`a gateway has at most ${MAX_TARGETS} targets`);
}

/** Statuses of an operation that asks a server: while it asks, when it answered badly. */
type Asking = {
  readonly during: 'CREATING' | 'UPDATING' | 'SYNCHRONIZING';
  readonly failed: 'FAILED' | 'UPDATE_UNSUCCESSFUL' | 'SYNCHRONIZE_UNSUCCESSFUL';
};

const CREATING: Asking = { during: 'CREATING', failed: 'FAILED' };
const UPDATING: Asking = { during: 'UPDATING', failed: 'UPDATE_UNSUCCESSFUL' };
const SYNCHRONIZING: Asking = { during: 'SYNCHRONIZING', failed: 'SYNCHRONIZE_UNSUCCESSFUL' };

async function ask(control: Control, target: TargetRecord): Promise<readonly Json[] | string> {
  if (control.discovery === undefined) return 'no discovery of MCP servers is set up';
  try {
    const told = await control.discovery.discover(targetView(target));
    return told.ok ? told.value : told.error;
  } catch {
    return 'the server could not be asked for its tools';
  }
}

/** What the target is after its server was asked. Tools that it told before stay until others take their place. */
function answered(
  control: Control,
  target: TargetRecord,
  told: readonly Json[] | string,
  asking: Asking,
): TargetRecord {
  if (typeof told === 'string') return { ...target, status: asking.failed, statusReasons: [told] };
  const now = control.now();
  const { statusReasons: _reasons, ...clean } = target;
  const ready: TargetRecord = {
    ...clean,
    discoveredTools: [...told],
    status: 'READY',
    lastSynchronizedAt: now,
  };
  try {
    checkTools(control, ready);
    return ready;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'its tools cannot be served';
    return { ...target, status: asking.failed, statusReasons: [reason] };
  }
}

/**
 * Asks the server, if there is one to ask, and settles the target.
 * @returns when the target is settled.
 */
async function discover(control: Control, target: TargetRecord, asking: Asking): Promise<void> {
  const told = await ask(control, target);
  control.change((latest) => {
    const now = latest.targets[target.targetId];
    // Deleted in the meantime.
    if (now === undefined || now.status !== asking.during) return latest;
    return put(latest, answered(control, target, told, asking));
  });
}

/** Discoveries under way, so that a loader can wait for them. */
const open = new WeakMap<Control, Map<string, Promise<void>>>();

function begin(control: Control, record: TargetRecord, asking: Asking): TargetRecord {
  if (!isDiscovered(record.targetConfiguration)) {
    checkTools(control, record);
    const settling: TargetRecord = { ...record, status: asking.during, settles: { status: 'READY' } };
    control.change((latest) => put(latest, settling));
    control.settleLater('targets', record.targetId);
    return settling;
  }
  const waiting: TargetRecord = { ...record, status: asking.during };
  control.change((latest) => put(latest, waiting));
  const asked = discover(control, waiting, asking);
  const mine = open.get(control) ?? new Map<string, Promise<void>>();
  open.set(control, mine.set(record.targetId, asked));
  void asked.finally(() => mine.delete(record.targetId));
  return waiting;
}

/** Waits for what a target waits for. */
export async function targetSettled(control: Control, targetId: string): Promise<TargetRecord> {
  await open.get(control)?.get(targetId);
  control.settle('targets', targetId);
  return requireRecord(control.read().targets, targetId, 'Target');
}

/** @throws ControlError. */
export function createTarget(control: Control, gatewayIdentifier: string, input: TargetInput): TargetRecord {
  const { gatewayId, gatewayArn, status } = gatewayOf(control, gatewayIdentifier);
  if (status === 'CREATING' || status === 'DELETING') throw conflict(`the gateway is ${status}`);
  const targetId = idSuffix().toUpperCase();
  checkName(control, gatewayId, input.name, targetId);
  const now = control.now();
  const record: TargetRecord = {
    ...input,
    ...{ gatewayId, gatewayArn, targetId, createdAt: now, updatedAt: now },
    status: 'CREATING',
  };
  return begin(control, record, CREATING);
}

/**
 * Replaces a target's configuration. What was discovered is forgotten until the server has answered again.
 * @throws ControlError.
 */
export function updateTarget(control: Control, before: TargetRecord, input: TargetInput): TargetRecord {
  requireSettled(before, 'The target');
  checkName(control, before.gatewayId, input.name, before.targetId);
  const { gatewayId, gatewayArn, targetId, createdAt } = before;
  const record: TargetRecord = {
    ...input,
    ...{ gatewayId, gatewayArn, targetId, createdAt, updatedAt: control.now() },
    status: 'UPDATING',
  };
  return begin(control, record, UPDATING);
}

/**
 * Asks the servers behind targets again.
 * @throws ControlError `ValidationException` for a target that has no server to ask.
 */
export function synchronizeTargets(
  control: Control,
  gatewayIdentifier: string,
  ids: readonly string[],
): readonly TargetRecord[] {
  const targets = ids.map((id) => targetOf(control, gatewayIdentifier, id));
  for (const target of targets) {
    requireSettled(target, `The target ${target.targetId}`);
    if (!isDiscovered(target.targetConfiguration)) {
      throw invalid(`the target ${target.targetId} has no MCP server whose tools are kept`);
    }
  }
  return targets.map((target) => begin(control, target, SYNCHRONIZING));
}

/** @throws ControlError `ConflictException` while something is under way. */
export function deleteTarget(control: Control, before: TargetRecord): TargetRecord {
  requireSettled(before, 'The target');
  const record: TargetRecord = { ...before, status: 'DELETING', settles: 'GONE' };
  control.change((latest) => put(latest, record));
  control.settleLater('targets', record.targetId);
  return record;
}
