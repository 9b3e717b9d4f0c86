/** Brings what an earlier version saved, or a stop left half done, to what this version keeps. */
import type { ControlState } from './records/state.ts';
import { workloadIdentityArnBeside } from './resources/linked-identity.ts';

type Change = (state: ControlState, now: string) => ControlState;

/** Tags were members of gateways once. */
const moveTags: Change = (state) => {
  const tagged = Object.values(state.gateways).filter(({ tags }) => tags !== undefined);
  if (tagged.length === 0) return state;
  const tags = Object.fromEntries(tagged.map((gateway) => [gateway.gatewayArn, gateway.tags ?? {}]));
  const gateways = Object.entries(state.gateways).map(([id, { tags: _tags, ...rest }]) => [id, rest]);
  return { ...state, gateways: Object.fromEntries(gateways), tags: { ...tags, ...state.tags } };
};

/** Gateways and runtimes have a workload identity of their own id. */
const linkIdentities: Change = (state, now) => {
  const arns = [
    ...Object.entries(state.gateways).map(([id, { gatewayArn }]) => [id, gatewayArn] as const),
    ...Object.entries(state.runtimes).map(([id, { agentRuntimeArn }]) => [id, agentRuntimeArn] as const),
  ];
  const missing = arns.filter(([id]) => !Object.hasOwn(state.workloadIdentities, id));
  if (missing.length === 0) return state;
  const made = missing.map(([name, arn]) => [
    name,
    {
      name,
      workloadIdentityArn: workloadIdentityArnBeside(arn, name),
      allowedResourceOauth2ReturnUrls: [],
      linkedToService: true,
      createdTime: now,
      lastUpdatedTime: now,
    },
  ]);
  const workloadIdentities = { ...state.workloadIdentities, ...Object.fromEntries(made) };
  const detail = (arn: string, id: string) => ({
    workloadIdentityDetails: { workloadIdentityArn: workloadIdentityArnBeside(arn, id) },
  });
  const gateways = Object.entries(state.gateways).map(([id, gateway]) => [
    id,
    { ...gateway, ...detail(gateway.gatewayArn, id) },
  ]);
  const runtimes = Object.entries(state.runtimes).map(([id, runtime]) => [
    id,
    { ...runtime, ...detail(runtime.agentRuntimeArn, id) },
  ]);
  return {
    ...state,
    workloadIdentities,
    gateways: Object.fromEntries(gateways),
    runtimes: Object.fromEntries(runtimes),
  };
};

const INTERRUPTED: ReadonlyMap<string, 'FAILED' | 'UPDATE_UNSUCCESSFUL' | 'SYNCHRONIZE_UNSUCCESSFUL'> =
  new Map([
    ['CREATING', 'FAILED'],
    ['UPDATING', 'UPDATE_UNSUCCESSFUL'],
    ['SYNCHRONIZING', 'SYNCHRONIZE_UNSUCCESSFUL'],
  ]);

/** A server was being asked for its tools when the process stopped. */
const endDiscoveries: Change = (state) => {
  const open = Object.values(state.targets).filter(({ status }) => INTERRUPTED.has(status));
  if (open.length === 0) return state;
  const ended = open.map((target) => [
    target.targetId,
    {
      ...target,
      status: INTERRUPTED.get(target.status) ?? 'FAILED',
      statusReasons: ['The local AWS stopped before the server had answered. Synchronize the target.'],
    },
  ]);
  return { ...state, targets: { ...state.targets, ...Object.fromEntries(ended) } };
};

/**
 * @param now - ISO time.
 * @returns the same state when there is nothing to do.
 */
export const fromEarlierFiles: Change = (state, now) =>
  [moveTags, linkIdentities, endDiscoveries].reduce((done, change) => change(done, now), state);
