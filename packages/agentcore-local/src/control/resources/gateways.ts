/** Gateways: made, replaced as a whole, deleted. */
import { type Control, idSuffix, requireRecord } from '../control.ts';
import { ControlError, conflict, invalid } from '../control-error.ts';
import type { GatewayInput, GatewayRecord } from '../records/gateway.ts';
import type { ControlState } from '../records/state.ts';
import { checkAuthorizer } from './authorizer.ts';
import { checkInterceptors } from './interceptors.ts';
import { withLinkedIdentity, withoutCompanions, workloadIdentityArnBeside } from './linked-identity.ts';
import { requireFreeName, requireSettled } from './statuses.ts';
import { withTags } from './tags.ts';

/** A gateway's id, from its id or its ARN. */
const idIn = (identifier: string): string => identifier.split('/').at(-1) ?? '';

/** @throws ControlError `ResourceNotFoundException`. */
export const gatewayOf = (control: Control, identifier: string): GatewayRecord =>
  requireRecord(control.read().gateways, idIn(identifier), 'Gateway');

/** The gateways that an engine decides for. */
export const gatewaysOfEngine = (state: ControlState, engineArn: string): readonly GatewayRecord[] =>
  Object.values(state.gateways).filter(
    ({ policyEngineConfiguration }) => policyEngineConfiguration?.arn === engineArn,
  );

function checkGateway(state: ControlState, input: GatewayInput): void {
  if (input.authorizerType === 'CUSTOM_JWT') checkAuthorizer(input.authorizerConfiguration);
  else if (input.authorizerConfiguration !== undefined) {
    throw invalid('authorizerConfiguration goes with authorizerType CUSTOM_JWT only');
  }
  checkInterceptors(input.interceptorConfigurations);
  const wanted = input.policyEngineConfiguration?.arn;
  if (wanted === undefined) return;
  const engine = Object.values(state.policyEngines).find((one) => one.policyEngineArn === wanted);
  if (engine === undefined) {
    throw new ControlError('ResourceNotFoundException', 'policyEngineConfiguration names no policy engine');
  }
  if (engine.status !== 'ACTIVE') {
    throw conflict(`the policy engine is ${engine.status}; only an ACTIVE one can be attached`);
  }
}

const put = (state: ControlState, record: GatewayRecord): ControlState => ({
  ...state,
  gateways: { ...state.gateways, [record.gatewayId]: record },
});

/** @throws ControlError. */
export function createGateway(
  control: Control,
  input: GatewayInput,
  tags: Readonly<Record<string, string>> = {},
): GatewayRecord {
  const state = control.read();
  requireFreeName(Object.values(state.gateways), input.name, 'A gateway');
  checkGateway(state, input);
  const gatewayId = `${input.name.toLowerCase()}-${idSuffix()}`;
  const gatewayArn = control.arn(`gateway/${gatewayId}`);
  const now = control.now();
  const record: GatewayRecord = {
    ...input,
    gatewayId,
    gatewayArn,
    gatewayUrl: `${control.endpoint}/gateways/${gatewayId}/mcp`,
    createdAt: now,
    updatedAt: now,
    workloadIdentityDetails: { workloadIdentityArn: workloadIdentityArnBeside(gatewayArn, gatewayId) },
    status: 'CREATING',
    settles: { status: 'READY' },
  };
  control.change((before) =>
    withTags(withLinkedIdentity(put(before, record), gatewayId, gatewayArn, now), gatewayArn, tags),
  );
  control.settleLater('gateways', gatewayId);
  return record;
}

function checkImmutable({ behaviour }: Control, before: GatewayRecord, input: GatewayInput): void {
  if (behaviour.gatewayName === 'immutable' && before.name !== input.name) {
    throw invalid('name: cannot be changed');
  }
  if (behaviour.authorizerType === 'immutable' && before.authorizerType !== input.authorizerType) {
    throw invalid('authorizerType: cannot be changed');
  }
}

/**
 * Replaces a gateway's configuration: what the input leaves out is gone (devguide gateway-debug-messages and
 * policy-enforcement-modes).
 * @throws ControlError.
 */
export function updateGateway(control: Control, identifier: string, input: GatewayInput): GatewayRecord {
  const state = control.read();
  const before = gatewayOf(control, identifier);
  requireSettled(before, 'The gateway');
  checkImmutable(control, before, input);
  const others = Object.values(state.gateways).filter((one) => one.gatewayId !== before.gatewayId);
  requireFreeName(others, input.name, 'A gateway');
  checkGateway(state, input);
  const { gatewayArn, gatewayId, gatewayUrl, createdAt, workloadIdentityDetails } = before;
  const record: GatewayRecord = {
    ...input,
    ...{ gatewayArn, gatewayId, gatewayUrl, createdAt, workloadIdentityDetails },
    updatedAt: control.now(),
    status: 'UPDATING',
    settles: { status: 'READY' },
  };
  control.change((latest) => put(latest, record));
  control.settleLater('gateways', gatewayId);
  return record;
}

/**
 * Deletes a gateway. From then on it answers no call.
 * @throws ControlError `ConflictException` while it has targets.
 */
export function deleteGateway(control: Control, identifier: string): GatewayRecord {
  const before = gatewayOf(control, identifier);
  requireSettled(before, 'The gateway');
  const { gatewayId } = before;
  if (Object.values(control.read().targets).some((target) => target.gatewayId === gatewayId)) {
    throw conflict('the gateway has targets. Delete them first.');
  }
  return beginGatewayRemoval(control, before);
}

/** Deletes a gateway whatever refers to it, as the end of a stack's update does. */
export function beginGatewayRemoval(control: Control, before: GatewayRecord): GatewayRecord {
  const record: GatewayRecord = { ...before, status: 'DELETING', settles: 'GONE' };
  const { gatewayId, gatewayArn } = before;
  control.change((latest) => put(withoutCompanions(latest, gatewayId, gatewayArn), record));
  control.settleLater('gateways', gatewayId);
  return record;
}
