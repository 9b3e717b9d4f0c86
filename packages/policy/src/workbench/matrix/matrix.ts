/** Who may call which tool, decided by the engine and not by reading policies. */

import { createPolicyEngine, type PolicyEngine } from '../../engine.ts';
import type { Outcome } from '../../outcome.ts';
import type { PolicyTool } from '../../schema.ts';
import { domainOf } from '../domain/domain-of.ts';
import type { Probe } from '../model/domain.ts';
import { type PolicyFile, WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import type { Role } from '../model/role.ts';
import { conditionTexts } from './condition-text.ts';

export type CellDecision = 'allow' | 'deny' | 'conditional';

/** A request that stands for others. */
export type Example = {
  readonly input: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970; only where the time decides. */
  readonly now?: number;
  /** Policies that decided, sorted; empty: none applies. */
  readonly by: readonly string[];
};

export type Cell = {
  readonly role: string;
  readonly tool: string;
  /** `allow` and `deny`: whatever the arguments and the time were. */
  readonly decision: CellDecision;
  /** Whether the tool is listed for the role at some time. */
  readonly listed: boolean;
  /** What has to hold of arguments and time, one sentence each; of a conditional cell. */
  readonly conditions: readonly string[];
  readonly allowed?: Example;
  readonly denied?: Example;
};

export type Matrix = {
  readonly roles: readonly Pick<Role, 'name' | 'title'>[];
  /** `Target___tool` */
  readonly tools: readonly string[];
  /** Every role with every tool: tools first, roles within. */
  readonly cells: readonly Cell[];
  /** Requests that were decided. */
  readonly size: number;
  readonly unexplored: readonly string[];
};

export type MatrixOptions = {
  readonly policies: readonly PolicyFile[];
  readonly tools: readonly PolicyTool[];
  readonly roles: readonly Role[];
  /** Most requests of one tool. */
  readonly limit?: number;
};

/** The product's engine for policies that are not attached yet. To be disposed. */
export const engineFor = (policies: readonly PolicyFile[], tools: readonly PolicyTool[]): PolicyEngine =>
  createPolicyEngine({
    gatewayArn: WORKBENCH_GATEWAY,
    tools,
    policies: policies.map(({ name, statement }) => ({ id: name, statement, enforcementMode: 'ACTIVE' })),
  });

/** Decides a request of a domain. */
export const decideProbe = (engine: PolicyEngine, { subject, tool, input, now }: Probe): Outcome =>
  engine.decide({ principal: subject, tool, args: input, now });

type Seen = { readonly probe: Probe; readonly outcome: Outcome };
type Tally = { allowed: Seen[]; denied: Seen[] };

const keyOf = (role: string, tool: string): string => JSON.stringify([role, tool]);

/** Text of a request without its time. */
const inputText = ({ probe }: Seen): string => JSON.stringify(probe.input);

/** The time belongs to the example when the same arguments are decided otherwise at another time. */
function exampleOf(seen: Seen | undefined, others: readonly Seen[]): Example | undefined {
  if (seen === undefined) return undefined;
  const { probe, outcome } = seen;
  const byTime = others.some((other) => inputText(other) === inputText(seen));
  return {
    input: probe.input,
    ...(byTime ? { now: probe.now } : {}),
    by: outcome.determiningPolicies,
  };
}

/** Conditions of the policies that decided anything here; permits that were met, and forbids that stopped what they allow. */
function conditionsOf({ allowed, denied }: Tally, policies: readonly PolicyFile[]): readonly string[] {
  const names = new Set([...allowed, ...denied].flatMap(({ outcome }) => outcome.determiningPolicies));
  return [...new Set(policies.filter(({ name }) => names.has(name)).flatMap(conditionTexts))];
}

function decisionOf({ allowed, denied }: Tally): CellDecision {
  if (allowed.length === 0) return 'deny';
  return denied.length === 0 ? 'allow' : 'conditional';
}

/** The denied request that is most like an allowed one: what was changed is then what decides. */
function closest({ allowed, denied }: Tally): Seen | undefined {
  const [example] = allowed;
  if (example === undefined) return denied[0];
  const distance = ({ probe }: Seen): number =>
    Object.keys({ ...probe.input, ...example.probe.input }).filter(
      (name) => JSON.stringify(probe.input[name]) !== JSON.stringify(example.probe.input[name]),
    ).length + (probe.now === example.probe.now ? 0 : 1);
  return denied.toSorted((a, b) => distance(a) - distance(b))[0];
}

function examplesOf(tally: Tally): Pick<Cell, 'allowed' | 'denied'> {
  const allowed = exampleOf(tally.allowed[0], tally.denied);
  const denied = exampleOf(closest(tally), tally.allowed);
  return { ...(allowed ? { allowed } : {}), ...(denied ? { denied } : {}) };
}

/**
 * Decides, for each role as it is and each tool, every boundary value of the conditions.
 * @throws PolicyError for policies that no engine takes.
 */
export function matrixOf({ policies, tools, roles, ...rest }: MatrixOptions): Matrix {
  const domain = domainOf({ policies, tools, roles, variants: false, ...rest });
  using engine = engineFor(policies, tools);
  const tallies = new Map<string, Tally>();
  for (const probe of domain.probes()) {
    const key = keyOf(probe.role, probe.tool);
    const tally = tallies.get(key) ?? { allowed: [], denied: [] };
    tallies.set(key, tally);
    const outcome = decideProbe(engine, probe);
    (outcome.decision === 'ALLOW' ? tally.allowed : tally.denied).push({ probe, outcome });
  }
  const listed = new Map(
    roles.map(({ name, subject }) => [name, new Set(engine.visibleTools({ principal: subject }))]),
  );
  const cells = tools.flatMap(({ name: tool }) =>
    roles.map(({ name: role }): Cell => {
      const tally = tallies.get(keyOf(role, tool)) ?? { allowed: [], denied: [] };
      const decision = decisionOf(tally);
      return {
        role,
        tool,
        decision,
        listed: listed.get(role)?.has(tool) === true,
        conditions: decision === 'conditional' ? conditionsOf(tally, policies) : [],
        ...examplesOf(tally),
      };
    }),
  );
  return {
    roles: roles.map(({ name, title }) => ({ name, title })),
    tools: tools.map(({ name }) => name),
    cells,
    size: domain.size,
    unexplored: domain.unexplored,
  };
}
