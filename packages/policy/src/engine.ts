/** The policies of one engine, compiled for one gateway and its tools. */
import { type CompiledTool, compileTool, type ParsedPolicy, withReads } from './compile-tool.ts';
import { type DecisionRequest, decideTool } from './decide.ts';
import { compileListing, type Listing } from './listing.ts';
import { type Outcome, REASON, refusal } from './outcome.ts';
import { PolicyError } from './policy-error.ts';
import { principalOf, type Subject } from './principal.ts';
import type { PolicyTool } from './schema.ts';
import { shard } from './shard.ts';
import { releaseSlots, type Slot, takeSlot } from './slots.ts';
import { parseStatement } from './statement.ts';

/** A policy as an engine holds it. */
export type EnginePolicy = {
  /** `<name>-<10 characters>`; what decisions report. */
  readonly id: string;
  readonly name?: string;
  /** One Cedar policy. */
  readonly statement: string;
  /** A LOG_ONLY policy is evaluated and reported, and never changes a decision or a list. */
  readonly enforcementMode: 'ACTIVE' | 'LOG_ONLY';
};

export type EngineOptions = {
  readonly gatewayArn: string;
  readonly policies: readonly EnginePolicy[];
  /** Every tool of the gateway. */
  readonly tools: readonly PolicyTool[];
};

export interface PolicyEngine extends Disposable {
  /** May this call happen? Never throws for what a caller sent; a tool the gateway does not have is denied. */
  decide(request: DecisionRequest): Outcome;
  /**
   * Names of the tools that some input could be allowed for, in the order of `tools`. Whatever {@link decide} allows for
   * some input is listed.
   * @param question.now - milliseconds since 1970. Without it, a tool that is open at some time is listed.
   */
  visibleTools(question: {
    readonly principal: Subject;
    readonly now?: number | undefined;
  }): readonly string[];
  /** Gives the parsed policies back. Afterwards every use is a TypeError. Called twice, it does nothing. */
  dispose(): void;
}

function parsePolicies(policies: readonly EnginePolicy[]): readonly ParsedPolicy[] {
  const ids = new Set<string>();
  return policies.map(({ id, statement, enforcementMode }) => {
    if (ids.has(id)) throw new PolicyError('policy_duplicate', `policy ${id} is in the engine twice`, id);
    ids.add(id);
    const parsed = parseStatement(statement);
    if (!parsed.ok) throw new PolicyError('policy_invalid', `policy ${id}: ${parsed.error}`, id);
    return withReads({ id, enforcementMode, statement, policy: parsed.value });
  });
}

type Compiled = {
  readonly tools: ReadonlyMap<string, CompiledTool>;
  readonly listing: Listing;
  readonly slots: readonly Slot[];
};

function compileTools(
  { gatewayArn, policies, tools }: EngineOptions,
  take: () => Slot,
): Omit<Compiled, 'slots'> {
  const policiesOf = shard(parsePolicies(policies), gatewayArn);
  const compiled = new Map<string, CompiledTool>();
  for (const tool of tools) {
    if (compiled.has(tool.name)) {
      throw new PolicyError('tool_duplicate', `tool ${JSON.stringify(tool.name)} is listed twice`);
    }
    compiled.set(tool.name, compileTool(tool, policiesOf(tool.name), take));
  }
  const listed = tools.map(({ name }) => ({
    name,
    policies: policiesOf(name).filter(({ enforcementMode }) => enforcementMode === 'ACTIVE'),
  }));
  return { tools: compiled, listing: compileListing(listed, gatewayArn, take) };
}

function compile(options: EngineOptions): Compiled {
  const slots: Slot[] = [];
  const take = () => {
    const slot = takeSlot();
    slots.push(slot);
    return slot;
  };
  try {
    return { ...compileTools(options, take), slots };
  } catch (error) {
    releaseSlots(slots);
    throw error;
  }
}

/** Gives back the slots of an engine that was dropped without {@link PolicyEngine.dispose}. */
const dropped = new FinalizationRegistry(releaseSlots);

/**
 * Compiles an engine. It holds, in WebAssembly memory, each tool's policies until it is disposed.
 * An engine without policies denies everything. Policies about another gateway or an unknown tool do not match here.
 * @throws PolicyError `policy_invalid` when any statement is not exactly one policy (its id is in the error; no engine is
 * made of the others), `policy_duplicate`, `tool_unsupported`, `tool_duplicate`.
 */
export function createPolicyEngine(options: EngineOptions): PolicyEngine {
  const { tools, listing, slots } = compile(options);
  const registration = {};
  let alive = true;
  const assertAlive = () => {
    if (!alive) throw new TypeError('this policy engine was disposed');
  };
  const dispose = () => {
    if (!alive) return;
    alive = false;
    dropped.unregister(registration);
    releaseSlots(slots);
  };
  const engine: PolicyEngine = {
    decide(request) {
      assertAlive();
      const tool = tools.get(request.tool);
      if (tool === undefined) return refusal(REASON.noPolicy);
      try {
        return decideTool(tool, options.gatewayArn, request);
      } catch {
        return refusal(REASON.failed);
      }
    },
    visibleTools({ principal, now }) {
      assertAlive();
      const entity = principalOf(principal, listing.tags);
      return entity.ok ? listing.list(entity.value, now) : [];
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
  dropped.register(engine, slots, registration);
  return engine;
}
