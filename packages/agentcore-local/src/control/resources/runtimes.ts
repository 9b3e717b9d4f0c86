/**
 * Runtimes and their versions. Every update makes a version. An update whose image is not here fails, and the version
 * before it goes on.
 */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import { LoadError } from '../../load-error.ts';
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { conflict, invalid, notFound } from '../control-error.ts';
import type { RuntimeInput, RuntimeRecord, RuntimeUpdate } from '../records/runtime.ts';
import type { ControlState } from '../records/state.ts';
import { checkAuthorizer } from './authorizer.ts';
import { withLinkedIdentity, withoutCompanions, workloadIdentityArnBeside } from './linked-identity.ts';
import { requireSettled } from './statuses.ts';
import { withTags } from './tags.ts';

const container = z.object({ containerConfiguration: z.object({ containerUri: z.string() }) });

const code = z.object({
  codeConfiguration: z.object({
    code: z.object({ s3: z.object({ prefix: z.string() }) }),
    runtime: z.literal('NODE_22'),
    entryPoint: z.tuple([z.string().regex(/^(?!.*\.\.)\w[\w./-]*\.js$/)]),
  }),
});

/** The program of a zip archive; undefined for an image, which says its own. */
export function entryPointOf(record: { readonly agentRuntimeArtifact: Json }): readonly string[] | undefined {
  return code.safeParse(record.agentRuntimeArtifact).data?.codeConfiguration.entryPoint;
}

/** The CDK tags an image with the hash of its build context, and names an archive by its own: both name the asset. */
export function imageAssetHash(record: { readonly agentRuntimeArtifact: Json }): string | undefined {
  const archive = code.safeParse(record.agentRuntimeArtifact).data?.codeConfiguration.code.s3.prefix;
  if (archive !== undefined)
    return archive
      .split('/')
      .at(-1)
      ?.replace(/\.zip$/, '');
  const parsed = container.safeParse(record.agentRuntimeArtifact);
  return parsed.data?.containerConfiguration.containerUri.split(':').at(-1);
}

/** @throws ControlError `ResourceNotFoundException`. */
export const runtimeOf = (control: Control, id: string): RuntimeRecord =>
  requireRecord(control.read().runtimes, id, 'Agent runtime');

const versionKey = (id: string, version: string): string => `${id}/${version}`;

/** A version of a runtime; undefined where there is none. */
export function runtimeVersion(state: ControlState, id: string, version: string): RuntimeRecord | undefined {
  const latest = Object.hasOwn(state.runtimes, id) ? state.runtimes[id] : undefined;
  if (latest?.agentRuntimeVersion === version) return latest;
  const key = versionKey(id, version);
  return latest !== undefined && Object.hasOwn(state.runtimeVersions, key)
    ? state.runtimeVersions[key]
    : undefined;
}

/** All versions, the latest first. */
export const versionsOf = (control: Control, id: string): readonly RuntimeRecord[] => {
  const latest = runtimeOf(control, id);
  const earlier = Object.values(control.read().runtimeVersions).filter((one) => one.agentRuntimeId === id);
  const number = ({ agentRuntimeVersion }: RuntimeRecord): number => Number(agentRuntimeVersion);
  return [latest, ...earlier].toSorted((a, b) => number(b) - number(a));
};

const PROTOCOLS = new Set(['HTTP', 'MCP']);

function checkRuntime(control: Control, input: RuntimeUpdate): void {
  if (imageAssetHash(input) === undefined) {
    throw invalid(
      'agentRuntimeArtifact: a container image, or a zip archive of NODE_22 with one .js entry point, runs locally',
    );
  }
  const protocol = input.protocolConfiguration?.serverProtocol ?? 'HTTP';
  if (!PROTOCOLS.has(protocol)) {
    throw invalid(
      `protocolConfiguration.serverProtocol: ${protocol} is not supported locally; HTTP and MCP are`,
    );
  }
  // A runtime without it is refused at every call on AWS (devguide runtime-troubleshooting).
  if (input.metadataConfiguration?.requireMMDSV2 === false) {
    throw invalid(
      'metadataConfiguration.requireMMDSV2: must be true; a runtime without it cannot be invoked',
    );
  }
  if (input.authorizerConfiguration !== undefined) checkAuthorizer(input.authorizerConfiguration);
  try {
    control.headerAllowlist(input.requestHeaderConfiguration?.requestHeaderAllowlist ?? []);
  } catch (error) {
    throw error instanceof LoadError ? invalid(error.message) : error;
  }
}

/** Why the runtime cannot run; undefined when its image is an asset of this machine. */
function failureOf(control: Control, input: RuntimeInput): string | undefined {
  try {
    const folder = control.contextFolder(imageAssetHash(input) ?? '');
    if (entryPointOf(input) === undefined) control.checkImage?.(folder);
    return undefined;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    if (error.code !== 'asset_missing') return error.message;
    return 'The image is not on this machine: its tag names no asset of the assembly. Images are not pulled locally.';
  }
}

const put = (state: ControlState, record: RuntimeRecord): ControlState => ({
  ...state,
  runtimes: { ...state.runtimes, [record.agentRuntimeId]: record },
});

const lifecycleOf = ({ lifecycleConfiguration }: RuntimeInput) => ({
  idleRuntimeSessionTimeout: lifecycleConfiguration?.idleRuntimeSessionTimeout ?? 900,
  maxLifetime: lifecycleConfiguration?.maxLifetime ?? 28_800,
});

/** @throws ControlError. */
export function createRuntime(
  control: Control,
  name: string,
  input: RuntimeInput,
  tags: Readonly<Record<string, string>> = {},
): RuntimeRecord {
  const state = control.read();
  if (Object.values(state.runtimes).some(({ agentRuntimeName }) => agentRuntimeName === name)) {
    throw conflict(`An agent runtime ${name} exists already`);
  }
  checkRuntime(control, input);
  const agentRuntimeId = `${name}-${idSuffix()}`;
  const agentRuntimeArn = control.arn(`runtime/${agentRuntimeId}`);
  const now = control.now();
  const failure = failureOf(control, input);
  const record: RuntimeRecord = {
    ...input,
    ...{ agentRuntimeId, agentRuntimeArn, agentRuntimeName: name, agentRuntimeVersion: '1' },
    ...{ createdAt: now, lastUpdatedAt: now },
    lifecycleConfiguration: lifecycleOf(input),
    metadataConfiguration: { requireMMDSV2: true },
    workloadIdentityDetails: {
      workloadIdentityArn: workloadIdentityArnBeside(agentRuntimeArn, agentRuntimeId),
    },
    status: 'CREATING',
    settles:
      failure === undefined ? { status: 'READY' } : { status: 'CREATE_FAILED', failureReason: failure },
  };
  control.change((before) =>
    withTags(
      withLinkedIdentity(put(before, record), agentRuntimeId, agentRuntimeArn, now),
      agentRuntimeArn,
      tags,
    ),
  );
  control.settleLater('runtimes', agentRuntimeId);
  return record;
}

/** The next version. Platform version and MMDSv2 stay when the input leaves them out; all else is gone then. */
function nextVersion(before: RuntimeRecord, input: RuntimeUpdate, now: string): RuntimeRecord {
  const { agentRuntimeArn, agentRuntimeId, agentRuntimeName, createdAt, workloadIdentityDetails } = before;
  return {
    platformVersion: before.platformVersion,
    metadataConfiguration: before.metadataConfiguration,
    ...input,
    ...{ agentRuntimeArn, agentRuntimeId, agentRuntimeName, createdAt, workloadIdentityDetails },
    agentRuntimeVersion: String(Number(before.agentRuntimeVersion) + 1),
    lifecycleConfiguration: lifecycleOf(input),
    lastUpdatedAt: now,
    status: 'UPDATING',
    settles: { status: 'READY' },
  };
}

/**
 * Makes a version that replaces the configuration as a whole: a runtime whose update leaves out the authorizer takes
 * signed requests from then on (devguide runtime-header-allowlist).
 * @throws ControlError.
 */
export function updateRuntime(control: Control, id: string, input: RuntimeUpdate): RuntimeRecord {
  const { settles: _settles, failureReason: _reason, ...before } = runtimeOf(control, id);
  requireSettled(before, 'The agent runtime');
  checkRuntime(control, input);
  const now = control.now();
  const failureReason = failureOf(control, input);
  if (failureReason !== undefined) {
    const status = before.status === 'CREATE_FAILED' ? 'CREATE_FAILED' : 'UPDATE_FAILED';
    const failed: RuntimeRecord = {
      ...before,
      lastUpdatedAt: now,
      status: 'UPDATING',
      settles: { status, failureReason },
    };
    control.change((state) => put(state, failed));
    control.settleLater('runtimes', id);
    return failed;
  }
  const record = nextVersion(before, input, now);
  const kept =
    before.status === 'CREATE_FAILED' ? {} : { [versionKey(id, before.agentRuntimeVersion)]: before };
  control.change((state) => ({
    ...put(state, record),
    runtimeVersions: { ...state.runtimeVersions, ...kept },
  }));
  control.settleLater('runtimes', id);
  return record;
}

const endpointsOf = (state: ControlState, id: string) =>
  Object.values(state.endpoints).filter(({ agentRuntimeId }) => agentRuntimeId === id);

/** @throws ControlError `ConflictException` for the latest version and one that an endpoint serves. */
export function deleteRuntimeVersion(control: Control, id: string, version: string): RuntimeRecord {
  const latest = runtimeOf(control, id);
  const record = runtimeVersion(control.read(), id, version);
  if (record === undefined) throw notFound('Version of the agent runtime');
  if (version === latest.agentRuntimeVersion)
    throw conflict('the latest version cannot be deleted by itself');
  const serving = endpointsOf(control.read(), id).some(
    ({ liveVersion, targetVersion }) => liveVersion === version || targetVersion === version,
  );
  if (serving) throw conflict('an endpoint serves this version');
  control.change((state) => {
    const left = Object.entries(state.runtimeVersions).filter(([key]) => key !== versionKey(id, version));
    return { ...state, runtimeVersions: Object.fromEntries(left) };
  });
  return { ...record, status: 'DELETING' };
}

/** @throws ControlError `ConflictException` while it has endpoints beside DEFAULT. */
export function deleteRuntime(control: Control, id: string): RuntimeRecord {
  const before = runtimeOf(control, id);
  requireSettled(before, 'The agent runtime');
  if (endpointsOf(control.read(), id).length > 0) {
    throw conflict('the agent runtime has endpoints. Delete them first.');
  }
  return beginRuntimeRemoval(control, before);
}

/** Deletes a runtime whatever refers to it, as the end of a stack's update does. */
export function beginRuntimeRemoval(control: Control, before: RuntimeRecord): RuntimeRecord {
  const { agentRuntimeId: id, agentRuntimeArn } = before;
  const record: RuntimeRecord = { ...before, status: 'DELETING', settles: 'GONE' };
  control.change((state) => {
    const versions = Object.entries(state.runtimeVersions).filter(([, one]) => one.agentRuntimeId !== id);
    return {
      ...put(withoutCompanions(state, id, agentRuntimeArn), record),
      runtimeVersions: Object.fromEntries(versions),
    };
  });
  control.settleLater('runtimes', id);
  return record;
}
