/**
 * The workload identity that a runtime or a gateway has of its own: named by its id, made and removed with it.
 * Source: devguide runtime-oauth, get-workload-access-token.
 */
import type { ControlState } from '../records/state.ts';

/** The ARN of a workload identity in the account and region of another ARN. */
export const workloadIdentityArnBeside = (arn: string, name: string): string =>
  `${arn.split(':').slice(0, 5).join(':')}:workload-identity-directory/default/workload-identity/${name}`;

/** @param now - ISO time. */
export function withLinkedIdentity(state: ControlState, id: string, arn: string, now: string): ControlState {
  const identity = {
    name: id,
    workloadIdentityArn: workloadIdentityArnBeside(arn, id),
    allowedResourceOauth2ReturnUrls: [],
    linkedToService: true,
    createdTime: now,
    lastUpdatedTime: now,
  };
  return { ...state, workloadIdentities: { ...state.workloadIdentities, [id]: identity } };
}

/** Takes away what was kept beside a resource: its identity, its tags and its policy. */
export function withoutCompanions(state: ControlState, id: string, arn: string): ControlState {
  const without = <T>(records: Readonly<Record<string, T>>, key: string): Record<string, T> =>
    Object.fromEntries(Object.entries(records).filter(([name]) => name !== key));
  return {
    ...state,
    workloadIdentities: without(state.workloadIdentities, id),
    tags: without(state.tags, arn),
    resourcePolicies: without(state.resourcePolicies, arn),
  };
}
