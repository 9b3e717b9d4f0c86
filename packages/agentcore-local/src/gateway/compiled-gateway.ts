/** A gateway as its record, targets and policies say, compiled once and kept until the registry changes. */
import type { GatewayRecord, GatewayRegistry, TargetRecord } from '../ports.ts';
import { type Authenticator, type AuthenticatorOptions, authenticatorOf } from './authenticators.ts';
import { type Interceptors, interceptorsOf, type McpSettings, mcpSettingsOf } from './configuration.ts';
import { GatewayMisconfigured } from './misconfigured.ts';
import { attachPolicies, type PolicyAttachment } from './policy-attachment.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { compileTarget, type TargetServices } from './targets/compile-target.ts';
import { isDynamic } from './targets/mcp-server/configuration.ts';
import type { GatewayTool } from './targets/tool-target.ts';
import { createToolSearch, type ToolSearch } from './tool-search.ts';

export type CompiledGateway = {
  readonly gatewayId: string;
  readonly gatewayArn: string;
  /** The role that it invokes functions and evaluates policies as. */
  readonly roleArn: string;
  /** The registry's revision that this was compiled from. */
  readonly revision: number;
  readonly authenticator: Authenticator;
  readonly mcp: McpSettings;
  readonly interceptors: Interceptors;
  /** By full name, in listing order. */
  readonly tools: ReadonlyMap<string, GatewayTool>;
  /** Undefined: the gateway has no search tool. */
  readonly search: ToolSearch | undefined;
  /** Undefined: no policy engine is attached, and every tool is allowed, as on AWS. */
  readonly policy: PolicyAttachment | undefined;
  readonly sessions: Sessions;
  /** `exceptionLevel: DEBUG`: failures are told to the caller in detail. */
  readonly debug: boolean;
};

/** What outlives a change of targets and policies: fetched keys and open sessions. */
type Lasting = {
  readonly settings: string;
  readonly authenticator: Authenticator;
  readonly sessions: Sessions;
};

function compileTools(
  record: GatewayRecord,
  targets: readonly TargetRecord[],
  services: TargetServices,
): ReadonlyMap<string, GatewayTool> {
  const tools = new Map<string, GatewayTool>();
  for (const tool of targets.flatMap((target) => compileTarget(target, record, services))) {
    if (tools.has(tool.name)) throw new GatewayMisconfigured(`tool ${tool.name} exists twice`);
    tools.set(tool.name, tool);
  }
  return tools;
}

/** AWS offers no search over such targets (devguide gateway-target-MCPservers). */
function checkSearchable(targets: readonly TargetRecord[]): void {
  const dynamic = targets.find(isDynamic);
  if (dynamic === undefined) return;
  throw new GatewayMisconfigured(
    `searchType SEMANTIC cannot be used with target ${dynamic.name}, whose listingMode is DYNAMIC`,
  );
}

function compileGateway(
  record: GatewayRecord,
  { authenticator, sessions }: Lasting,
  registry: GatewayRegistry,
  services: TargetServices,
): CompiledGateway {
  const mcp = mcpSettingsOf(record);
  const targets = registry.targets(record.gatewayId);
  if (mcp.search) checkSearchable(targets);
  const interceptors = interceptorsOf(record);
  const tools = compileTools(record, targets, services);
  return {
    gatewayId: record.gatewayId,
    gatewayArn: record.gatewayArn,
    roleArn: record.roleArn,
    revision: registry.revision(),
    authenticator,
    mcp,
    interceptors,
    tools,
    search: mcp.search ? createToolSearch(tools) : undefined,
    policy: attachPolicies(record, [...tools.values()], registry, services.onError),
    sessions,
    debug: record.exceptionLevel === 'DEBUG',
  };
}

/** A gateway, or why it cannot be served. */
export type Lookup = CompiledGateway | GatewayMisconfigured;

export type CompiledGateways = {
  /**
   * Does some work with a gateway. What its policy engine holds stays until nobody uses it.
   * @returns what the work gives; undefined when there is no such gateway.
   */
  use<T>(gatewayId: string, work: (gateway: Lookup) => Promise<T>): Promise<T> | undefined;
  /** Gives back what the policy engines hold; of those in use, when the last work is done. */
  dispose(): void;
};

type Entry = { readonly gateway: Lookup; users: number; dropped: boolean };

function disposeUnused({ gateway, users, dropped }: Entry): void {
  if (dropped && users === 0 && !(gateway instanceof GatewayMisconfigured)) gateway.policy?.engine?.dispose();
}

/**
 * Compiles gateways at first use and after every change. The authenticator of an unchanged authorizer is kept: a new
 * policy must not make it fetch its keys again.
 */
export function createCompiledGateways(
  registry: GatewayRegistry,
  options: AuthenticatorOptions & TargetServices,
): CompiledGateways {
  const compiled = new Map<string, Entry>();
  const lasting = new Map<string, Lasting>();
  let revision = registry.revision();

  function drop(): void {
    for (const entry of compiled.values()) {
      entry.dropped = true;
      disposeUnused(entry);
    }
    compiled.clear();
  }

  function refresh(): void {
    if (registry.revision() === revision) return;
    drop();
    for (const id of lasting.keys()) if (registry.gateway(id) === undefined) lasting.delete(id);
    revision = registry.revision();
  }

  function lastingOf(record: GatewayRecord): Lasting {
    const { authorizerType, authorizerConfiguration, gatewayUrl } = record;
    const settings = JSON.stringify([authorizerType, authorizerConfiguration, gatewayUrl]);
    const kept = lasting.get(record.gatewayId);
    if (kept?.settings === settings) return kept;
    const authenticator = authenticatorOf(record, options);
    const made = { settings, authenticator, sessions: createSessions(options.now) };
    lasting.set(record.gatewayId, made);
    return made;
  }

  function compile(record: GatewayRecord): Lookup {
    try {
      return compileGateway(record, lastingOf(record), registry, options);
    } catch (error) {
      if (error instanceof GatewayMisconfigured) return error;
      throw error;
    }
  }

  function entryOf(gatewayId: string): Entry | undefined {
    const known = compiled.get(gatewayId);
    if (known !== undefined) return known;
    const record = registry.gateway(gatewayId);
    if (record === undefined) return undefined;
    const fresh = { gateway: compile(record), users: 0, dropped: false };
    compiled.set(gatewayId, fresh);
    return fresh;
  }

  return {
    use(gatewayId, work) {
      refresh();
      const entry = entryOf(gatewayId);
      if (entry === undefined) return undefined;
      entry.users += 1;
      return work(entry.gateway).finally(() => {
        entry.users -= 1;
        disposeUnused(entry);
      });
    },
    dispose: drop,
  };
}
