/** Endpoints of a runtime: names for versions. DEFAULT is always there and follows the latest version. */
import { DEFAULT_QUALIFIER } from '@secure-agent/contracts';
import { type Control, requireRecord } from '../control.ts';
import { conflict, invalid, notFound } from '../control-error.ts';
import type { EndpointInput, EndpointRecord, EndpointUpdate, RuntimeRecord } from '../records/runtime.ts';
import type { ControlState } from '../records/state.ts';
import { withoutCompanions } from './linked-identity.ts';
import { runtimeOf, runtimeVersion } from './runtimes.ts';
import { requireSettled } from './statuses.ts';
import { withTags } from './tags.ts';

const keyOf = (runtimeId: string, name: string): string => `${runtimeId}/${name}`;

const arnOf = ({ agentRuntimeArn }: RuntimeRecord, name: string): string =>
  `${agentRuntimeArn}/runtime-endpoint/${name}`;

/** The endpoint that every runtime has. */
function defaultEndpoint(runtime: RuntimeRecord): EndpointRecord {
  const { agentRuntimeArn, agentRuntimeId, agentRuntimeVersion, createdAt, lastUpdatedAt, status } = runtime;
  return {
    agentRuntimeEndpointArn: arnOf(runtime, DEFAULT_QUALIFIER),
    ...{ agentRuntimeArn, agentRuntimeId, id: DEFAULT_QUALIFIER, name: DEFAULT_QUALIFIER },
    ...{ liveVersion: agentRuntimeVersion, targetVersion: agentRuntimeVersion },
    ...{ createdAt, lastUpdatedAt, status },
  };
}

/** @throws ControlError `ResourceNotFoundException`. */
export function endpointOf(control: Control, runtimeId: string, name: string): EndpointRecord {
  const runtime = runtimeOf(control, runtimeId);
  if (name === DEFAULT_QUALIFIER) return defaultEndpoint(runtime);
  return requireRecord(control.read().endpoints, keyOf(runtimeId, name), 'Endpoint of the agent runtime');
}

/** @throws ControlError `ResourceNotFoundException`. */
export const endpointsOfRuntime = (control: Control, runtimeId: string): readonly EndpointRecord[] => [
  defaultEndpoint(runtimeOf(control, runtimeId)),
  ...Object.values(control.read().endpoints).filter(({ agentRuntimeId }) => agentRuntimeId === runtimeId),
];

/**
 * The version that a qualifier stands for, as the data plane serves it; undefined where there is none to serve.
 */
export function servedVersion(
  state: ControlState,
  runtimeId: string,
  qualifier: string,
): RuntimeRecord | undefined {
  const latest = Object.hasOwn(state.runtimes, runtimeId) ? state.runtimes[runtimeId] : undefined;
  if (latest === undefined || ['CREATING', 'CREATE_FAILED', 'DELETING'].includes(latest.status))
    return undefined;
  if (qualifier === DEFAULT_QUALIFIER) return latest;
  const key = keyOf(runtimeId, qualifier);
  const endpoint = Object.hasOwn(state.endpoints, key) ? state.endpoints[key] : undefined;
  if (endpoint?.liveVersion === undefined || endpoint.status === 'DELETING') return undefined;
  return runtimeVersion(state, runtimeId, endpoint.liveVersion);
}

const put = (state: ControlState, record: EndpointRecord): ControlState => ({
  ...state,
  endpoints: { ...state.endpoints, [keyOf(record.agentRuntimeId, record.name)]: record },
});

function requireVersion(control: Control, runtime: RuntimeRecord, version: string | undefined): string {
  const wanted = version ?? runtime.agentRuntimeVersion;
  if (runtimeVersion(control.read(), runtime.agentRuntimeId, wanted) === undefined) {
    throw notFound(`Version ${wanted} of the agent runtime`);
  }
  return wanted;
}

/** @throws ControlError. Without a version, the endpoint is of the latest. */
export function createEndpoint(control: Control, input: EndpointInput): EndpointRecord {
  const { agentRuntimeId, name, agentRuntimeVersion, description, tags = {} } = input;
  const runtime = runtimeOf(control, agentRuntimeId);
  requireSettled(runtime, 'The agent runtime');
  if (runtime.status === 'CREATE_FAILED') throw conflict('the agent runtime could not be created');
  const key = keyOf(agentRuntimeId, name);
  if (name === DEFAULT_QUALIFIER || Object.hasOwn(control.read().endpoints, key)) {
    throw conflict(`The agent runtime has an endpoint ${name} already`);
  }
  const targetVersion = requireVersion(control, runtime, agentRuntimeVersion);
  const now = control.now();
  const { agentRuntimeArn } = runtime;
  const record: EndpointRecord = {
    ...{ agentRuntimeEndpointArn: arnOf(runtime, name), agentRuntimeArn, agentRuntimeId, id: name, name },
    ...{ targetVersion, createdAt: now, lastUpdatedAt: now },
    ...(description === undefined ? {} : { description }),
    status: 'CREATING',
    settles: { status: 'READY', liveVersion: targetVersion },
  };
  control.change((state) => withTags(put(state, record), record.agentRuntimeEndpointArn, tags));
  control.settleLater('endpoints', key);
  return record;
}

function requireOwn(name: string): void {
  if (name === DEFAULT_QUALIFIER) throw invalid('endpointName: DEFAULT follows the latest version by itself');
}

/**
 * Moves an endpoint to another version; the version before serves until it is done.
 * @throws ControlError.
 */
export function updateEndpoint(control: Control, input: EndpointUpdate): EndpointRecord {
  const { agentRuntimeId, endpointName, description } = input;
  requireOwn(endpointName);
  const { description: _old, ...before } = endpointOf(control, agentRuntimeId, endpointName);
  requireSettled(before, 'The endpoint');
  const runtime = runtimeOf(control, agentRuntimeId);
  const targetVersion = requireVersion(control, runtime, input.agentRuntimeVersion);
  const record: EndpointRecord = {
    ...before,
    targetVersion,
    ...(description === undefined ? {} : { description }),
    lastUpdatedAt: control.now(),
    status: 'UPDATING',
    settles: { status: 'READY', liveVersion: targetVersion },
  };
  control.change((state) => put(state, record));
  control.settleLater('endpoints', keyOf(agentRuntimeId, endpointName));
  return record;
}

/** @throws ControlError. */
export function deleteEndpoint(control: Control, runtimeId: string, name: string): EndpointRecord {
  requireOwn(name);
  const before = endpointOf(control, runtimeId, name);
  requireSettled(before, 'The endpoint');
  const record: EndpointRecord = { ...before, status: 'DELETING', settles: 'GONE' };
  control.change((state) => withoutCompanions(put(state, record), '', before.agentRuntimeEndpointArn));
  control.settleLater('endpoints', keyOf(runtimeId, name));
  return record;
}

export const endpointKey = keyOf;
