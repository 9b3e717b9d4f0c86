import type { Control } from '../control.ts';
import { parseInput } from '../operations/operation.ts';
import {
  type PolicyEngineRecord,
  type PolicyRecord,
  policyEngineInput,
  policyInput,
} from '../records/policy.ts';
import { createPolicy, deletePolicy, updatePolicy } from '../resources/policies.ts';
import { beginEngineRemoval, createEngine, engineOf, updateEngine } from '../resources/policy-engines.ts';
import { withTags } from '../resources/tags.ts';
import { attributesOf, type Parsed } from './properties.ts';
import { idOf, MakingFailed, type ResourceType } from './resource-type.ts';

function engineResult(control: Control, { policyEngineId }: PolicyEngineRecord) {
  control.settle('policyEngines', policyEngineId);
  const { policyEngineArn, status, createdAt, updatedAt } = engineOf(control, policyEngineId);
  const attributes = {
    Id: policyEngineId,
    PolicyEngineId: policyEngineId,
    PolicyEngineArn: policyEngineArn,
    Status: status,
    CreatedAt: createdAt,
    UpdatedAt: updatedAt,
  };
  return { physicalId: policyEngineArn, attributes };
}

export const policyEngineType = (control: Control): ResourceType => ({
  type: 'AWS::BedrockAgentCore::PolicyEngine',
  create: ({ properties, tags }) =>
    engineResult(control, createEngine(control, parseInput(policyEngineInput, properties), tags)),
  update({ properties, tags }, physicalId) {
    const input = parseInput(policyEngineInput, properties);
    const before = engineOf(control, idOf(physicalId));
    const replaced = before.name !== input.name || before.encryptionKeyArn !== input.encryptionKeyArn;
    if (replaced) return engineResult(control, createEngine(control, input, tags));
    control.change((state) => withTags(state, before.policyEngineArn, tags));
    return engineResult(control, updateEngine(control, before.policyEngineId, input.description));
  },
  remove(physicalId) {
    beginEngineRemoval(control, engineOf(control, idOf(physicalId)));
    control.settle('policyEngines', idOf(physicalId));
  },
  exists: (physicalId) => Object.hasOwn(control.read().policyEngines, idOf(physicalId)),
});

function policyResult(control: Control, { policyId, policyArn }: PolicyRecord) {
  control.settle('policies', policyId);
  const record = control.read().policies[policyId];
  if (record === undefined || record.status !== 'ACTIVE') {
    throw new MakingFailed(record?.statusReasons.join('; ') ?? 'it is gone');
  }
  const { status, createdAt, updatedAt } = record;
  const attributes = attributesOf({
    Id: policyId,
    PolicyId: policyId,
    PolicyArn: policyArn,
    Status: status,
    CreatedAt: createdAt,
    UpdatedAt: updatedAt,
  });
  return { physicalId: policyArn, attributes };
}

export function policyType(control: Control): ResourceType {
  const recordOf = (physicalId: string): PolicyRecord | undefined => {
    const { policies } = control.read();
    const id = idOf(physicalId);
    return Object.hasOwn(policies, id) ? policies[id] : undefined;
  };
  const remove = (physicalId: string): void => {
    const record = recordOf(physicalId);
    if (record === undefined) return;
    deletePolicy(control, record);
    control.settle('policies', record.policyId);
  };
  const create = ({ properties }: Parsed) => {
    const begun = createPolicy(control, parseInput(policyInput, properties));
    try {
      return policyResult(control, begun);
    } catch (error) {
      remove(begun.policyId);
      throw error;
    }
  };
  return {
    type: 'AWS::BedrockAgentCore::Policy',
    create,
    update(parsed, physicalId) {
      const before = recordOf(physicalId);
      const input = parseInput(policyInput, parsed.properties);
      const { name, policyEngineId, description, ...change } = input;
      const same = before?.name === name && before.policyEngineId === policyEngineId;
      if (before === undefined || !same) return create(parsed);
      const { policyId } = before;
      const described = { description: description === undefined ? {} : { optionalValue: description } };
      return policyResult(
        control,
        updatePolicy(control, { ...change, ...described, policyEngineId, policyId }),
      );
    },
    remove,
    exists: (physicalId) => recordOf(physicalId) !== undefined,
  };
}
