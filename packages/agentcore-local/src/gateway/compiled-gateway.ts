/** A gateway as its record, targets and policies say, compiled once and kept until the registry changes. */
import type { GatewayRecord, GatewayRegistry, Lambdas, TargetRecord } from '../ports.ts';
import { type Authenticator, type AuthenticatorOptions, authenticatorOf } from './authenticators.ts';
import { type Interceptors, interceptorsOf, type McpSettings, mcpSettingsOf } from './configuration.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { attachPolicies, type PolicyAttachment } from './policy-attachment.ts';
import { compileLambdaTarget } from './targets/lambda-target.ts';
import type { GatewayTool } from './targets/tool-target.ts';

export type CompiledGateway = {
  readonly gatewayId: string;
  readonly gatewayArn: string;
  /** The registry's revision that this was compiled from. */
  readonly revision: number;
  readonly authenticator: Authenticator;
  readonly mcp: McpSettings;
  readonly interceptors: Interceptors;
  /** By full name, in listing order. */
  readonly tools: ReadonlyMap<string, GatewayTool>;
  /** Undefined: no policy engine is attached, and every tool is allowed, as on AWS. */
  readonly policy: PolicyAttachment | undefined;
  /** `exceptionLevel: DEBUG`: failures are told to the caller in detail. */
  readonly debug: boolean;
};

type OnError = (error: unknown, where: string) => void;
type CompileOptions = { readonly lambdas: Lambdas; readonly onError: OnError };

function compileTools(targets: readonly TargetRecord[], lambdas: Lambdas): ReadonlyMap<string, GatewayTool> {
  const tools = new Map<string, GatewayTool>();
  for (const tool of targets.flatMap((target) => compileLambdaTarget(target, lambdas))) {
    if (tools.has(tool.name)) throw new GatewayMisconfigured(`tool ${tool.name} exists twice`);
    tools.set(tool.name, tool);
  }
  return tools;
}

function compileGateway(
  record: GatewayRecord,
  authenticator: Authenticator,
  registry: GatewayRegistry,
  { lambdas, onError }: CompileOptions,
): CompiledGateway {
  const tools = compileTools(registry.targets(record.gatewayId), lambdas);
  return {
    gatewayId: record.gatewayId,
    gatewayArn: record.gatewayArn,
    revision: registry.revision(),
    authenticator,
    mcp: mcpSettingsOf(record),
    interceptors: interceptorsOf(record),
    tools,
    policy: attachPolicies(record, [...tools.values()], registry, onError),
    debug: record.exceptionLevel === 'DEBUG',
  };
}

/** A gateway, or why it cannot be served. */
export type Lookup = CompiledGateway | GatewayMisconfigured;

export type CompiledGateways = {
  /** Undefined: there is no such gateway. */
  find(gatewayId: string): Lookup | undefined;
  /** Gives back what the policy engines hold. */
  dispose(): void;
};

/**
 * Compiles gateways at first use and after every change. The authenticator of an unchanged authorizer is kept: a new
 * policy must not make it fetch its keys again.
 */
export function createCompiledGateways(
  registry: GatewayRegistry,
  options: AuthenticatorOptions & CompileOptions,
): CompiledGateways {
  const compiled = new Map<string, Lookup>();
  const authenticators = new Map<
    string,
    { readonly settings: string; readonly authenticator: Authenticator }
  >();
  let revision = registry.revision();

  function authenticatorFor(record: GatewayRecord): Authenticator {
    const { authorizerType, authorizerConfiguration, gatewayUrl } = record;
    const settings = JSON.stringify([authorizerType, authorizerConfiguration, gatewayUrl]);
    const kept = authenticators.get(record.gatewayId);
    if (kept?.settings === settings) return kept.authenticator;
    const authenticator = authenticatorOf(record, options);
    authenticators.set(record.gatewayId, { settings, authenticator });
    return authenticator;
  }

  function compile(record: GatewayRecord): Lookup {
    try {
      return compileGateway(record, authenticatorFor(record), registry, options);
    } catch (error) {
      if (error instanceof GatewayMisconfigured) return error;
      throw error;
    }
  }

  return {
    find(gatewayId) {
      if (registry.revision() !== revision) {
        compiled.clear();
        revision = registry.revision();
      }
      const known = compiled.get(gatewayId);
      if (known !== undefined) return known;
      const record = registry.gateway(gatewayId);
      if (record === undefined) return undefined;
      const fresh = compile(record);
      compiled.set(gatewayId, fresh);
      return fresh;
    },
    dispose() {
      for (const gateway of compiled.values()) {
        if (!(gateway instanceof GatewayMisconfigured)) gateway.policy?.engine?.dispose();
      }
      compiled.clear();
    },
  };
}
