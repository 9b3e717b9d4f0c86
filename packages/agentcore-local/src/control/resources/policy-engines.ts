/** Policy engines: they hold policies, and gateways attach to them. */
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { conflict } from '../control-error.ts';
import type { PolicyEngineInput, PolicyEngineRecord } from '../records/policy.ts';
import type { ControlState } from '../records/state.ts';
import { gatewaysOfEngine } from './gateways.ts';
import { withoutCompanions } from './linked-identity.ts';
import { requireFreeName, requireSettled } from './statuses.ts';
import { withTags } from './tags.ts';

/** @throws ControlError `ResourceNotFoundException`. */
export const engineOf = (control: Control, id: string): PolicyEngineRecord =>
  requireRecord(control.read().policyEngines, id, 'Policy engine');

const put = (state: ControlState, record: PolicyEngineRecord): ControlState => ({
  ...state,
  policyEngines: { ...state.policyEngines, [record.policyEngineId]: record },
});

/** @throws ControlError. */
export function createEngine(
  control: Control,
  input: PolicyEngineInput,
  tags: Readonly<Record<string, string>> = {},
): PolicyEngineRecord {
  requireFreeName(Object.values(control.read().policyEngines), input.name, 'A policy engine');
  const policyEngineId = `${input.name}-${idSuffix()}`;
  const policyEngineArn = control.arn(`policy-engine/${policyEngineId}`);
  const now = control.now();
  const record: PolicyEngineRecord = {
    ...input,
    ...{ policyEngineId, policyEngineArn, createdAt: now, updatedAt: now },
    status: 'CREATING',
    statusReasons: [],
    settles: { status: 'ACTIVE' },
  };
  control.change((state) => withTags(put(state, record), policyEngineArn, tags));
  control.settleLater('policyEngines', policyEngineId);
  return record;
}

/**
 * @param description - undefined takes it away.
 * @throws ControlError.
 */
export function updateEngine(
  control: Control,
  id: string,
  description: string | undefined,
): PolicyEngineRecord {
  const { description: _old, ...before } = engineOf(control, id);
  requireSettled(before, 'The policy engine');
  const record: PolicyEngineRecord = {
    ...before,
    ...(description === undefined ? {} : { description }),
    updatedAt: control.now(),
    status: 'UPDATING',
    settles: { status: 'ACTIVE' },
  };
  control.change((state) => put(state, record));
  control.settleLater('policyEngines', id);
  return record;
}

/** @throws ControlError `ConflictException` while it has policies or a gateway is attached to it. */
export function deleteEngine(control: Control, id: string): PolicyEngineRecord {
  const before = engineOf(control, id);
  requireSettled(before, 'The policy engine');
  const state = control.read();
  if (gatewaysOfEngine(state, before.policyEngineArn).length > 0) {
    throw conflict('a gateway is attached to the policy engine. Detach it first.');
  }
  if (Object.values(state.policies).some(({ policyEngineId }) => policyEngineId === id)) {
    throw conflict('the policy engine has policies. Delete them first.');
  }
  return beginEngineRemoval(control, before);
}

/** Deletes an engine whatever refers to it, as the end of a stack's update does. */
export function beginEngineRemoval(control: Control, before: PolicyEngineRecord): PolicyEngineRecord {
  const { policyEngineId: id, policyEngineArn } = before;
  const record: PolicyEngineRecord = { ...before, status: 'DELETING', settles: 'GONE' };
  control.change((state) => {
    const generations = Object.entries(state.generations).filter(([, one]) => one.policyEngineId !== id);
    return put(
      { ...withoutCompanions(state, '', policyEngineArn), generations: Object.fromEntries(generations) },
      record,
    );
  });
  control.settleLater('policyEngines', id);
  return record;
}
