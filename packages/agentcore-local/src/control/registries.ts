/** What the data planes read of the control plane: the gateway's and the runtime's view of the records. */
import { z } from 'zod';
import type { GatewayRegistry, RuntimeRegistry } from '../ports.ts';
import type { ControlStore } from './control-store.ts';
import type { GatewayRecord, RuntimeRecord, TargetRecord as StoredTarget } from './records.ts';

type GatewayView = NonNullable<ReturnType<GatewayRegistry['gateway']>>;
type TargetView = ReturnType<GatewayRegistry['targets']>[number];

function gatewayView(record: GatewayRecord): GatewayView {
  const { gatewayId, gatewayArn, gatewayUrl, name, roleArn, authorizerType } = record;
  const { authorizerConfiguration, protocolConfiguration, interceptorConfigurations } = record;
  const { policyEngineConfiguration, exceptionLevel } = record;
  return {
    ...{ gatewayId, gatewayArn, gatewayUrl, name, roleArn, authorizerType },
    ...(authorizerConfiguration === undefined ? {} : { authorizerConfiguration }),
    ...(protocolConfiguration === undefined ? {} : { protocolConfiguration }),
    ...(interceptorConfigurations === undefined ? {} : { interceptorConfigurations }),
    ...(policyEngineConfiguration === undefined ? {} : { policyEngineConfiguration }),
    ...(exceptionLevel === undefined ? {} : { exceptionLevel }),
  };
}

function targetView({ metadataConfiguration, ...target }: StoredTarget): TargetView {
  const { targetId, gatewayId, name, targetConfiguration, credentialProviderConfigurations } = target;
  return {
    ...{ targetId, gatewayId, name, targetConfiguration, credentialProviderConfigurations },
    ...(metadataConfiguration === undefined ? {} : { metadataConfiguration }),
  };
}

export function gatewayRegistry(store: ControlStore): GatewayRegistry {
  return {
    gateway: (id) => {
      const { gateways } = store.read();
      const record = Object.hasOwn(gateways, id) ? gateways[id] : undefined;
      return record && gatewayView(record);
    },
    targets: (gatewayId) =>
      Object.values(store.read().targets)
        .filter((target) => target.gatewayId === gatewayId)
        .map(targetView),
    policies(engineArn) {
      const { policyEngines, policies } = store.read();
      const engine = Object.values(policyEngines).find((one) => one.policyEngineArn === engineArn);
      if (engine === undefined) return undefined;
      return Object.values(policies)
        .filter((policy) => policy.policyEngineId === engine.policyEngineId)
        .map(({ policyId, name, definition, enforcementMode }) => ({
          policyId,
          name,
          statement: definition.cedar.statement,
          enforcementMode,
        }));
    },
    revision: () => store.revision(),
  };
}

const serverProtocol = z.object({ serverProtocol: z.enum(['HTTP', 'MCP']) });
const container = z.object({ containerConfiguration: z.object({ containerUri: z.string() }) });

/** The CDK tags an image with the hash of its build context, so the tag names the asset. */
export function imageAssetHash(record: Pick<RuntimeRecord, 'agentRuntimeArtifact'>): string | undefined {
  const parsed = container.safeParse(record.agentRuntimeArtifact);
  return parsed.data?.containerConfiguration.containerUri.split(':').at(-1);
}

/**
 * @param contextFolder - where the image's build context of an asset hash lies.
 */
export function runtimeRegistry(
  store: ControlStore,
  contextFolder: (hash: string) => string,
): RuntimeRegistry {
  return {
    runtime(arn, qualifier) {
      if (qualifier !== 'DEFAULT') return undefined;
      const record = Object.values(store.read().runtimes).find((one) => one.agentRuntimeArn === arn);
      const hash = record && imageAssetHash(record);
      if (record === undefined || hash === undefined) return undefined;
      const { agentRuntimeId, agentRuntimeArn, roleArn, authorizerConfiguration, lifecycleConfiguration } =
        record;
      return {
        ...{ agentRuntimeId, agentRuntimeArn, roleArn, ...lifecycleConfiguration },
        contextFolder: contextFolder(hash),
        serverProtocol:
          record.protocolConfiguration === undefined
            ? 'HTTP'
            : serverProtocol.parse(record.protocolConfiguration).serverProtocol,
        environmentVariables: record.environmentVariables ?? {},
        ...(authorizerConfiguration === undefined ? {} : { authorizerConfiguration }),
        requestHeaderAllowlist: record.requestHeaderConfiguration?.requestHeaderAllowlist ?? [],
      };
    },
  };
}
