/** How each AgentCore resource becomes a record of the control plane. */
import type { Json } from '@secure-agent/contracts';
import { z } from 'zod';
import type { Properties, ResourceRequest, ResourceResult } from '../ports.ts';
import { toApiCase } from '../template/property-case.ts';
import { checkPolicy, checkTarget } from './checks.ts';
import { type ControlStore, checkAuthorizer, idSuffix, newGateway } from './control-store.ts';
import {
  gatewayInput,
  gatewayRecord,
  policyEngineRecord,
  policyRecord,
  type Records,
  runtimeRecord,
  targetRecord,
} from './records.ts';

export type Table = keyof Records;

/** A record made from a template's properties; `id` is the physical id it keeps for life. */
export type Made<T extends Table> = {
  readonly id: string;
  readonly record: Records[T][string];
  readonly result: ResourceResult;
};

export type Make<T extends Table> = (
  request: ResourceRequest,
  before: Records[T][string] | undefined,
) => Made<T>;

const arnOf = ({ stack }: ResourceRequest, path: string): string =>
  `arn:aws:bedrock-agentcore:${stack.region}:${stack.account}:${path}`;

const apiCase = (properties: Properties): Readonly<Record<string, Json>> =>
  z.record(z.string(), z.json()).parse(toApiCase(properties));

export const makeGateway =
  (store: ControlStore): Make<'gateways'> =>
  (request, before) => {
    const { tags, ...properties } = apiCase(request.properties);
    const input = gatewayInput.parse(properties);
    const id = before?.gatewayId ?? `${input.name.toLowerCase()}-${idSuffix()}`;
    const gatewayArn = arnOf(request, `gateway/${id}`);
    const gatewayUrl = `${request.stack.endpoint}/gateways/${id}/mcp`;
    const now = store.now();
    const fixed = {
      gatewayArn,
      gatewayId: id,
      gatewayUrl,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    const tagged = tags === undefined ? {} : { tags: z.record(z.string(), z.string()).parse(tags) };
    const record = gatewayRecord.parse(
      newGateway(store.read(), input, { ...fixed, ...tagged, status: 'READY' }),
    );
    const attributes = {
      Id: id,
      GatewayIdentifier: id,
      GatewayArn: gatewayArn,
      GatewayUrl: gatewayUrl,
      Status: 'READY',
    };
    return { id, record, result: { physicalId: id, attributes } };
  };

export const makeTarget =
  (store: ControlStore): Make<'targets'> =>
  (request, before) => {
    const { gatewayIdentifier, ...properties } = apiCase(request.properties);
    const gateway = store.gateway(String(gatewayIdentifier));
    const id = before?.targetId ?? idSuffix().toUpperCase();
    const now = store.now();
    const record = targetRecord.parse({
      credentialProviderConfigurations: [],
      ...properties,
      gatewayArn: gateway.gatewayArn,
      gatewayId: gateway.gatewayId,
      targetId: id,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      status: 'READY',
    });
    checkTarget(store.read(), record);
    const attributes = { Id: id, TargetId: id, GatewayArn: gateway.gatewayArn, Status: 'READY' };
    return { id, record, result: { physicalId: `${gateway.gatewayId}|${id}`, attributes } };
  };

export const makeEngine =
  (store: ControlStore): Make<'policyEngines'> =>
  (request, before) => {
    const { tags: _tags, ...properties } = apiCase(request.properties);
    const id = before?.policyEngineId ?? `${String(properties['name'])}-${idSuffix()}`;
    const arn = arnOf(request, `policy-engine/${id}`);
    const now = store.now();
    const record = policyEngineRecord.parse({
      ...properties,
      policyEngineId: id,
      policyEngineArn: arn,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      status: 'ACTIVE',
      statusReasons: [],
    });
    const attributes = { Id: id, PolicyEngineId: id, PolicyEngineArn: arn, Status: 'ACTIVE' };
    return { id, record, result: { physicalId: arn, attributes } };
  };

export const makePolicy =
  (store: ControlStore): Make<'policies'> =>
  (request, before) => {
    const { validationMode: _mode, ...properties } = apiCase(request.properties);
    const engineId = String(properties['policyEngineId']);
    const id = before?.policyId ?? `${String(properties['name'])}-${idSuffix()}`;
    const arn = arnOf(request, `policy-engine/${engineId}/policy/${id}`);
    const now = store.now();
    const record = policyRecord.parse({
      enforcementMode: 'ACTIVE',
      ...properties,
      policyId: id,
      policyArn: arn,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      status: 'ACTIVE',
      statusReasons: [],
    });
    checkPolicy(store.read(), record);
    const attributes = { Id: id, PolicyId: id, PolicyArn: arn, Status: 'ACTIVE' };
    return { id, record, result: { physicalId: arn, attributes } };
  };

/**
 * @param checkHeaders - throws for a `requestHeaderAllowlist` that the runtime's front door would not take.
 */
export const makeRuntime =
  (store: ControlStore, checkHeaders: (names: readonly string[]) => void): Make<'runtimes'> =>
  (request, before) => {
    const {
      tags: _tags,
      protocolConfiguration,
      lifecycleConfiguration,
      ...properties
    } = apiCase(request.properties);
    const id = before?.agentRuntimeId ?? `${String(properties['agentRuntimeName'])}-${idSuffix()}`;
    const arn = arnOf(request, `runtime/${id}`);
    const version = String(Number(before?.agentRuntimeVersion ?? 0) + 1);
    const now = store.now();
    const given = z.record(z.string(), z.json()).parse(lifecycleConfiguration ?? {});
    const record = runtimeRecord.parse({
      ...properties,
      ...(protocolConfiguration === undefined
        ? {}
        : { protocolConfiguration: { serverProtocol: protocolConfiguration } }),
      lifecycleConfiguration: { idleRuntimeSessionTimeout: 900, maxLifetime: 28_800, ...given },
      agentRuntimeId: id,
      agentRuntimeArn: arn,
      agentRuntimeVersion: version,
      createdAt: before?.createdAt ?? now,
      lastUpdatedAt: now,
      status: 'READY',
    });
    if (record.authorizerConfiguration !== undefined) checkAuthorizer(record.authorizerConfiguration);
    checkHeaders(record.requestHeaderConfiguration?.requestHeaderAllowlist ?? []);
    const attributes = {
      Id: id,
      AgentRuntimeId: id,
      AgentRuntimeArn: arn,
      AgentRuntimeVersion: version,
      Status: 'READY',
    };
    return { id, record, result: { physicalId: id, attributes } };
  };
