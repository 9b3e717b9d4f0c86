/** Workload identities: the name under which code asks for credentials. */
import { type Control, requireRecord } from '../control.ts';
import { conflict, invalid } from '../control-error.ts';
import type { WorkloadIdentityInput, WorkloadIdentityRecord } from '../records/identity.ts';
import type { ControlState } from '../records/state.ts';
import { withoutCompanions } from './linked-identity.ts';
import { withTags } from './tags.ts';

/** @throws ControlError `ResourceNotFoundException`. */
export const workloadIdentityOf = (control: Control, name: string): WorkloadIdentityRecord =>
  requireRecord(control.read().workloadIdentities, name, 'Workload identity');

const put = (state: ControlState, record: WorkloadIdentityRecord): ControlState => ({
  ...state,
  workloadIdentities: { ...state.workloadIdentities, [record.name]: record },
});

/** @throws ControlError. */
export function createWorkloadIdentity(
  control: Control,
  input: WorkloadIdentityInput,
  tags: Readonly<Record<string, string>> = {},
): WorkloadIdentityRecord {
  if (Object.hasOwn(control.read().workloadIdentities, input.name)) {
    throw conflict(`A workload identity ${input.name} exists already`);
  }
  const now = control.now();
  const record: WorkloadIdentityRecord = {
    ...input,
    workloadIdentityArn: control.arn(`workload-identity-directory/default/workload-identity/${input.name}`),
    linkedToService: false,
    createdTime: now,
    lastUpdatedTime: now,
  };
  control.change((state) => withTags(put(state, record), record.workloadIdentityArn, tags));
  return record;
}

/**
 * Replaces the return URLs, also of an identity that belongs to a runtime: consent ends at one of them (devguide
 * oauth2-authorization-url-session-binding).
 * @throws ControlError.
 */
export function updateWorkloadIdentity(
  control: Control,
  { name, allowedResourceOauth2ReturnUrls }: WorkloadIdentityInput,
): WorkloadIdentityRecord {
  const before = workloadIdentityOf(control, name);
  const record = { ...before, allowedResourceOauth2ReturnUrls, lastUpdatedTime: control.now() };
  control.change((state) => put(state, record));
  return record;
}

/** @throws ControlError `ValidationException` for one that goes with its runtime or gateway. */
export function deleteWorkloadIdentity(control: Control, name: string): void {
  const { workloadIdentityArn, linkedToService } = workloadIdentityOf(control, name);
  if (linkedToService)
    throw invalid('name: the workload identity is linked to a service and goes with its resource');
  control.change((state) => withoutCompanions(state, name, workloadIdentityArn));
}
