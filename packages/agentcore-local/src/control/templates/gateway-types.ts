import type { Control } from '../control.ts';
import { parseInput } from '../operations/operation.ts';
import { type GatewayRecord, gatewayInput, type TargetRecord, targetInput } from '../records/gateway.ts';
import { beginGatewayRemoval, createGateway, gatewayOf, updateGateway } from '../resources/gateways.ts';
import { withTags } from '../resources/tags.ts';
import { createTarget, deleteTarget, targetSettled, updateTarget } from '../resources/targets.ts';
import { attributesOf, type Parsed, textOf } from './properties.ts';
import { idOf, MakingFailed, type ResourceType } from './resource-type.ts';

function gatewayResult(control: Control, { gatewayId }: GatewayRecord) {
  control.settle('gateways', gatewayId);
  const { gatewayArn, gatewayUrl, status, createdAt, updatedAt, workloadIdentityDetails } = gatewayOf(
    control,
    gatewayId,
  );
  const attributes = attributesOf({
    Id: gatewayId,
    GatewayIdentifier: gatewayId,
    GatewayArn: gatewayArn,
    GatewayUrl: gatewayUrl,
    Status: status,
    CreatedAt: createdAt,
    UpdatedAt: updatedAt,
    'WorkloadIdentityDetails.WorkloadIdentityArn': workloadIdentityDetails?.workloadIdentityArn,
  });
  return { physicalId: gatewayId, attributes };
}

export const gatewayType = (control: Control): ResourceType => ({
  type: 'AWS::BedrockAgentCore::Gateway',
  create: ({ properties, tags }) =>
    gatewayResult(control, createGateway(control, parseInput(gatewayInput, properties), tags)),
  update({ properties, tags }, physicalId) {
    const input = parseInput(gatewayInput, properties);
    const before = gatewayOf(control, physicalId);
    // A name that the API cannot change makes another gateway, as a replacement does.
    const replaced = before.name !== input.name && control.behaviour.gatewayName === 'immutable';
    if (replaced) return gatewayResult(control, createGateway(control, input, tags));
    const updated = updateGateway(control, physicalId, input);
    control.change((state) => withTags(state, before.gatewayArn, tags));
    return gatewayResult(control, updated);
  },
  remove(physicalId) {
    beginGatewayRemoval(control, gatewayOf(control, physicalId));
    control.settle('gateways', physicalId);
  },
  exists: (physicalId) => Object.hasOwn(control.read().gateways, physicalId),
});

/** Waits until the target is ready; one that failed leaves nothing. */
async function targetResult(control: Control, begun: TargetRecord) {
  const { targetId, gatewayId, gatewayArn, status, statusReasons, ...target } = await targetSettled(
    control,
    begun.targetId,
  );
  if (status !== 'READY') throw new MakingFailed(statusReasons?.join('; ') ?? status);
  const attributes = attributesOf({
    Id: targetId,
    TargetId: targetId,
    GatewayArn: gatewayArn,
    Status: status,
    CreatedAt: target.createdAt,
    UpdatedAt: target.updatedAt,
    LastSynchronizedAt: target.lastSynchronizedAt,
  });
  return { physicalId: `${gatewayId}|${targetId}`, attributes };
}

export function targetType(control: Control): ResourceType {
  const recordOf = (physicalId: string): TargetRecord | undefined => {
    const { targets } = control.read();
    const id = idOf(physicalId);
    return Object.hasOwn(targets, id) ? targets[id] : undefined;
  };
  const remove = (physicalId: string): void => {
    const record = recordOf(physicalId);
    if (record === undefined) return;
    deleteTarget(control, record);
    control.settle('targets', record.targetId);
  };
  const create = async ({ properties: { gatewayIdentifier, ...rest } }: Parsed) => {
    const gateway = textOf({ gatewayIdentifier: gatewayIdentifier ?? null }, 'gatewayIdentifier');
    const begun = createTarget(control, gateway, parseInput(targetInput, rest));
    try {
      return await targetResult(control, begun);
    } catch (error) {
      remove(begun.targetId);
      throw error;
    }
  };
  return {
    type: 'AWS::BedrockAgentCore::GatewayTarget',
    create,
    update(parsed, physicalId) {
      const before = recordOf(physicalId);
      const { gatewayIdentifier, ...rest } = parsed.properties;
      if (before === undefined || before.gatewayId !== idOf(String(gatewayIdentifier))) return create(parsed);
      return targetResult(control, updateTarget(control, before, parseInput(targetInput, rest)));
    },
    remove,
    exists: (physicalId) => recordOf(physicalId) !== undefined,
  };
}
