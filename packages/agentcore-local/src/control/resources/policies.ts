/**
 * Policies of an engine. A policy that fails its checks is there with its reasons and decides nothing; a change that
 * fails leaves the policy as it was.
 */
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { conflict, notFound } from '../control-error.ts';
import { policyReasons } from '../policy-check.ts';
import {
  type GivenDefinition,
  type PolicyChange,
  type PolicyInput,
  type PolicyRecord,
  type StoredDefinition,
  statementOf,
} from '../records/policy.ts';
import type { ControlState } from '../records/state.ts';
import { engineOf } from './policy-engines.ts';
import { draftedDefinition } from './policy-generations.ts';
import { requireFreeName, requireSettled } from './statuses.ts';

/** Policies of one engine (devguide bedrock-agentcore-limits). */
const MAX_POLICIES = 1000;

const put = (state: ControlState, record: PolicyRecord): ControlState => ({
  ...state,
  policies: { ...state.policies, [record.policyId]: record },
});

/** @throws ControlError `ResourceNotFoundException`, also for a policy of another engine. */
export function policyOf(control: Control, engineId: string, policyId: string): PolicyRecord {
  engineOf(control, engineId);
  const policy = requireRecord(control.read().policies, policyId, 'Policy');
  if (policy.policyEngineId !== engineId) throw notFound('Policy');
  return policy;
}

export const policiesOf = (control: Control, engineId: string): readonly PolicyRecord[] => {
  const { policyEngineId } = engineOf(control, engineId);
  return Object.values(control.read().policies).filter((policy) => policy.policyEngineId === policyEngineId);
};

const storedOf = (control: Control, engineId: string, given: GivenDefinition): StoredDefinition =>
  'policyGeneration' in given ? draftedDefinition(control, engineId, given.policyGeneration) : given;

/** @throws ControlError. */
export function createPolicy(control: Control, input: PolicyInput): PolicyRecord {
  const { policyEngineId, validationMode, definition: given, ...rest } = input;
  const engine = engineOf(control, policyEngineId);
  if (engine.status !== 'ACTIVE') throw conflict(`the policy engine is ${engine.status}`);
  const siblings = policiesOf(control, policyEngineId);
  requireFreeName(siblings, input.name, 'A policy');
  if (siblings.length >= MAX_POLICIES) throw conflict(`a policy engine has at most ${MAX_POLICIES} policies`);
  const definition = storedOf(control, policyEngineId, given);
  const reasons = policyReasons(control, engine.policyEngineArn, statementOf(definition), validationMode);
  const policyId = `${input.name}-${idSuffix()}`;
  const now = control.now();
  const record: PolicyRecord = {
    ...rest,
    ...{ policyEngineId, policyId, definition, createdAt: now, updatedAt: now },
    policyArn: control.arn(`policy-engine/${policyEngineId}/policy/${policyId}`),
    status: 'CREATING',
    statusReasons: [],
    settles:
      reasons.length === 0 ? { status: 'ACTIVE' } : { status: 'CREATE_FAILED', statusReasons: [...reasons] },
  };
  control.change((state) => put(state, record));
  control.settleLater('policies', policyId);
  return record;
}

/** The record after a change that passed its checks. What the change does not name stays. */
function changed(before: PolicyRecord, change: PolicyChange, definition: StoredDefinition): PolicyRecord {
  const { description: old, settles: _settles, ...rest } = before;
  const description = change.description === undefined ? old : change.description.optionalValue;
  return {
    ...rest,
    definition,
    ...(description === undefined ? {} : { description }),
    enforcementMode: change.enforcementMode ?? before.enforcementMode,
  };
}

/**
 * Changes what the input names (PATCH).
 * @throws ControlError.
 */
export function updatePolicy(control: Control, change: PolicyChange): PolicyRecord {
  const before = policyOf(control, change.policyEngineId, change.policyId);
  requireSettled(before, 'The policy');
  const { policyEngineArn } = engineOf(control, change.policyEngineId);
  const definition =
    change.definition === undefined
      ? before.definition
      : storedOf(control, change.policyEngineId, change.definition);
  // A policy that was never active may not become so unchecked.
  const unchecked = change.definition === undefined && before.status !== 'CREATE_FAILED';
  const reasons = unchecked
    ? []
    : policyReasons(control, policyEngineArn, statementOf(definition), change.validationMode);
  const failed = before.status === 'CREATE_FAILED' ? 'CREATE_FAILED' : 'UPDATE_FAILED';
  const record: PolicyRecord = {
    ...(reasons.length === 0 ? changed(before, change, definition) : before),
    updatedAt: control.now(),
    status: 'UPDATING',
    statusReasons: [],
    settles: reasons.length === 0 ? { status: 'ACTIVE' } : { status: failed, statusReasons: [...reasons] },
  };
  control.change((state) => put(state, record));
  control.settleLater('policies', record.policyId);
  return record;
}

/** @throws ControlError. */
export function deletePolicy(control: Control, before: PolicyRecord): PolicyRecord {
  requireSettled(before, 'The policy');
  const record: PolicyRecord = { ...before, status: 'DELETING', settles: 'GONE' };
  control.change((state) => put(state, record));
  control.settleLater('policies', record.policyId);
  return record;
}

/**
 * Whether a policy decides. One whose creation failed never does, also not while it is changed; one whose change failed
 * decides as before.
 */
export const decides = ({ status, settles }: PolicyRecord): boolean =>
  status === 'ACTIVE' ||
  status === 'UPDATE_FAILED' ||
  (status === 'UPDATING' && typeof settles === 'object' && settles['status'] !== 'CREATE_FAILED');
