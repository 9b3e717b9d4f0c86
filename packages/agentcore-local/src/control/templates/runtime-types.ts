import type { JsonObject } from '@secure-agent/contracts';
import type { Control } from '../control.ts';
import { parseInput } from '../operations/operation.ts';
import {
  type EndpointRecord,
  endpointInput,
  newRuntimeInput,
  type RuntimeRecord,
  runtimeInput,
} from '../records/runtime.ts';
import {
  createEndpoint,
  deleteEndpoint,
  endpointKey,
  endpointOf,
  updateEndpoint,
} from '../resources/runtime-endpoints.ts';
import { beginRuntimeRemoval, createRuntime, runtimeOf, updateRuntime } from '../resources/runtimes.ts';
import { withTags } from '../resources/tags.ts';
import { attributesOf, type Parsed } from './properties.ts';
import { MakingFailed, type ResourceType } from './resource-type.ts';

/** The template has the protocol as a text, the API in an object. */
const apiForm = ({ protocolConfiguration, ...rest }: JsonObject): JsonObject =>
  protocolConfiguration === undefined
    ? rest
    : { ...rest, protocolConfiguration: { serverProtocol: protocolConfiguration } };

function runtimeResult(control: Control, { agentRuntimeId: id }: RuntimeRecord) {
  control.settle('runtimes', id);
  const record = runtimeOf(control, id);
  if (record.status !== 'READY') throw new MakingFailed(record.failureReason ?? record.status);
  const attributes = attributesOf({
    Id: id,
    AgentRuntimeId: id,
    AgentRuntimeArn: record.agentRuntimeArn,
    AgentRuntimeVersion: record.agentRuntimeVersion,
    Status: record.status,
    CreatedAt: record.createdAt,
    LastUpdatedAt: record.lastUpdatedAt,
    'WorkloadIdentityDetails.WorkloadIdentityArn': record.workloadIdentityDetails?.workloadIdentityArn,
  });
  return { physicalId: id, attributes };
}

export function runtimeType(control: Control): ResourceType {
  const remove = (id: string): void => {
    beginRuntimeRemoval(control, runtimeOf(control, id));
    control.settle('runtimes', id);
  };
  const create = ({ properties, tags }: Parsed) => {
    const { agentRuntimeName, tags: _none, ...input } = parseInput(newRuntimeInput, apiForm(properties));
    const begun = createRuntime(control, agentRuntimeName, input, tags);
    try {
      return runtimeResult(control, begun);
    } catch (error) {
      remove(begun.agentRuntimeId);
      throw error;
    }
  };
  return {
    type: 'AWS::BedrockAgentCore::Runtime',
    create,
    update(parsed, id) {
      const { agentRuntimeName, ...rest } = apiForm(parsed.properties);
      const before = runtimeOf(control, id);
      if (agentRuntimeName !== before.agentRuntimeName) return create(parsed);
      const updated = updateRuntime(control, id, parseInput(runtimeInput, rest));
      control.change((state) => withTags(state, before.agentRuntimeArn, parsed.tags));
      return runtimeResult(control, updated);
    },
    remove,
    exists: (id) => Object.hasOwn(control.read().runtimes, id),
  };
}

const recordByArn = (control: Control, arn: string): EndpointRecord | undefined =>
  Object.values(control.read().endpoints).find((one) => one.agentRuntimeEndpointArn === arn);

function endpointResult(control: Control, { agentRuntimeId, name }: EndpointRecord) {
  control.settle('endpoints', endpointKey(agentRuntimeId, name));
  const record = endpointOf(control, agentRuntimeId, name);
  const attributes = attributesOf({
    Id: record.id,
    AgentRuntimeEndpointArn: record.agentRuntimeEndpointArn,
    AgentRuntimeArn: record.agentRuntimeArn,
    Status: record.status,
    CreatedAt: record.createdAt,
    LastUpdatedAt: record.lastUpdatedAt,
    TargetVersion: record.targetVersion,
    LiveVersion: record.liveVersion,
  });
  return { physicalId: record.agentRuntimeEndpointArn, attributes };
}

export function runtimeEndpointType(control: Control): ResourceType {
  const create = ({ properties, tags }: Parsed) =>
    endpointResult(control, createEndpoint(control, { ...parseInput(endpointInput, properties), tags }));
  return {
    type: 'AWS::BedrockAgentCore::RuntimeEndpoint',
    create,
    update(parsed, arn) {
      const { agentRuntimeId, name, ...rest } = parseInput(endpointInput, parsed.properties);
      const before = recordByArn(control, arn);
      if (before?.agentRuntimeId !== agentRuntimeId || before.name !== name) return create(parsed);
      control.change((state) => withTags(state, arn, parsed.tags));
      return endpointResult(
        control,
        updateEndpoint(control, { ...rest, agentRuntimeId, endpointName: name }),
      );
    },
    remove(arn) {
      const record = recordByArn(control, arn);
      if (record === undefined) return;
      deleteEndpoint(control, record.agentRuntimeId, record.name);
      control.settle('endpoints', endpointKey(record.agentRuntimeId, record.name));
    },
    exists: (arn) => recordByArn(control, arn) !== undefined,
  };
}
