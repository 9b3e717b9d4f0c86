/** What the data planes read of the control plane: their views of the records. */
import { z } from 'zod';
import { LoadError } from '../load-error.ts';
import type {
  ApiKeyProviderRecord,
  GatewayRegistry,
  IdentityRegistry,
  Oauth2ProviderRecord,
  RuntimeRegistry,
  WorkloadIdentityRecord,
} from '../ports.ts';
import type { Control } from './control.ts';
import type { GatewayRecord, TargetRecord } from './records/gateway.ts';
import { statementOf } from './records/policy.ts';
import type { RuntimeRecord } from './records/runtime.ts';
import { decides } from './resources/policies.ts';
import { servedVersion } from './resources/runtime-endpoints.ts';
import { entryPointOf, imageAssetHash } from './resources/runtimes.ts';
import { targetView } from './resources/targets.ts';
import { isDiscovered } from './target-tools.ts';

type GatewayView = NonNullable<ReturnType<GatewayRegistry['gateway']>>;
type RuntimeView = NonNullable<ReturnType<RuntimeRegistry['runtime']>>;

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

const NOT_SERVED = new Set(['CREATING', 'DELETING', 'FAILED']);

/** A target whose server has not told its tools has none to serve. */
const isServed = ({ status, targetConfiguration, discoveredTools }: TargetRecord): boolean =>
  !NOT_SERVED.has(status) && (discoveredTools !== undefined || !isDiscovered(targetConfiguration));

export function gatewayRegistry(control: Control): GatewayRegistry {
  return {
    gateway: (id) => {
      const { gateways } = control.read();
      const record = Object.hasOwn(gateways, id) ? gateways[id] : undefined;
      return record === undefined || NOT_SERVED.has(record.status) ? undefined : gatewayView(record);
    },
    targets: (gatewayId) =>
      Object.values(control.read().targets)
        .filter((target) => target.gatewayId === gatewayId && isServed(target))
        .map(targetView),
    policies(engineArn) {
      const { policyEngines, policies } = control.read();
      const engine = Object.values(policyEngines).find((one) => one.policyEngineArn === engineArn);
      if (engine === undefined) return undefined;
      return Object.values(policies)
        .filter((policy) => policy.policyEngineId === engine.policyEngineId && decides(policy))
        .map(({ policyId, name, definition, enforcementMode }) => ({
          policyId,
          name,
          statement: statementOf(definition),
          enforcementMode,
        }));
    },
    revision: () => control.revision(),
  };
}

function runtimeView(record: RuntimeRecord, contextFolder: string): RuntimeView {
  const { agentRuntimeId, agentRuntimeArn, roleArn, authorizerConfiguration, lifecycleConfiguration } =
    record;
  const entryPoint = entryPointOf(record);
  return {
    ...{ agentRuntimeId, agentRuntimeArn, roleArn, ...lifecycleConfiguration, contextFolder },
    ...(entryPoint === undefined ? {} : { entryPoint }),
    serverProtocol: record.protocolConfiguration?.serverProtocol === 'MCP' ? 'MCP' : 'HTTP',
    environmentVariables: record.environmentVariables ?? {},
    ...(authorizerConfiguration === undefined ? {} : { authorizerConfiguration }),
    requestHeaderAllowlist: record.requestHeaderConfiguration?.requestHeaderAllowlist ?? [],
  };
}

/** An image that a new assembly no longer has cannot be served; the runtime that the API made of it stays a record. */
function viewWhereImageIs(control: Control, record: RuntimeRecord, hash: string): RuntimeView | undefined {
  try {
    return runtimeView(record, control.contextFolder(hash));
  } catch (error) {
    if (error instanceof LoadError) return undefined;
    throw error;
  }
}

export function runtimeRegistry(control: Control): RuntimeRegistry {
  return {
    runtime(arn, qualifier) {
      const state = control.read();
      const latest = Object.values(state.runtimes).find((one) => one.agentRuntimeArn === arn);
      const record = latest && servedVersion(state, latest.agentRuntimeId, qualifier);
      const hash = record && imageAssetHash(record);
      return record === undefined || hash === undefined ? undefined : viewWhereImageIs(control, record, hash);
    },
  };
}

type Provider = { readonly name: string; readonly credentialProviderArn: string };

const byNameOrArn = <T extends Provider>(
  records: Readonly<Record<string, T>>,
  nameOrArn: string,
): T | undefined =>
  Object.values(records).find(
    ({ name, credentialProviderArn }) => name === nameOrArn || credentialProviderArn === nameOrArn,
  );

export function identityRegistry(control: Control): IdentityRegistry {
  return {
    workloadIdentity(name): WorkloadIdentityRecord | undefined {
      const { workloadIdentities } = control.read();
      return Object.hasOwn(workloadIdentities, name) ? workloadIdentities[name] : undefined;
    },
    oauth2Provider(nameOrArn): Oauth2ProviderRecord | undefined {
      const found = byNameOrArn(control.read().oauth2Providers, nameOrArn);
      return found && { ...found, secretArn: found.clientSecretArn.secretArn };
    },
    apiKeyProvider(nameOrArn): ApiKeyProviderRecord | undefined {
      const found = byNameOrArn(control.read().apiKeyProviders, nameOrArn);
      return found && { ...found, secretArn: found.apiKeySecretArn.secretArn };
    },
  };
}

const withDiscoveryUrl = z.object({ customJWTAuthorizer: z.object({ discoveryUrl: z.string() }) });

/** Discovery URLs of every JWT authorizer: whose users a workload may be told of by their token. */
export function authorizerDiscoveryUrls(control: Control): readonly string[] {
  const { gateways, runtimes } = control.read();
  const urls = [...Object.values(gateways), ...Object.values(runtimes)].flatMap(
    ({ authorizerConfiguration }) =>
      withDiscoveryUrl.safeParse(authorizerConfiguration).data?.customJWTAuthorizer.discoveryUrl ?? [],
  );
  return [...new Set(urls)];
}
