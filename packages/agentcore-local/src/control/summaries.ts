/** What lists show of a record. The authorizer is not among it: an audit has to get each one. */
import type { GatewayRecord, RuntimeRecord, TargetRecord } from './records.ts';

export const gatewaySummary = (record: GatewayRecord) => {
  const { gatewayId, name, status, description, createdAt, updatedAt, authorizerType, protocolType } = record;
  return { gatewayId, name, status, description, createdAt, updatedAt, authorizerType, protocolType };
};

export const targetSummary = (record: TargetRecord) => {
  const { targetId, name, status, description, createdAt, updatedAt } = record;
  return { targetId, name, status, description, createdAt, updatedAt };
};

export const runtimeSummary = (record: RuntimeRecord) => {
  const { agentRuntimeArn, agentRuntimeId, agentRuntimeVersion, agentRuntimeName, lastUpdatedAt, status } =
    record;
  const named = { agentRuntimeArn, agentRuntimeId, agentRuntimeVersion, agentRuntimeName };
  return { ...named, lastUpdatedAt, status, description: record.description ?? '' };
};
