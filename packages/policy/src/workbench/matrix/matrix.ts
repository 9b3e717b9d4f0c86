/** Who may call which tool, decided by the engine and not by reading policies. */
import type { PolicyEngine } from '../../engine.ts';
import type { Outcome } from '../../outcome.ts';
import type { PolicyTool } from '../../schema.ts';
import { engineOf } from '../cases/judge.ts';
import { domainOf } from '../domain/domain-of.ts';
import type { Probe } from '../model/domain.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import type { Role } from '../model/role.ts';
import { conditionTextsOf } from './condition-text.ts';

/** A request that stands for others. */
export type Example = {
  readonly input: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970; only where the time decides. */
  readonly now?: number;
  /** Policies that decided, sorted; empty: none applies. */
  readonly by: readonly string[];
};

/** A role with a tool. */
export type Cell = {
  readonly role: string;
  readonly tool: string;
  /** `allow` and `deny`: whatever the arguments and the time were. */
  readonly decision: 'allow' | 'deny' | 'conditional';
  /** Whether the tool is listed for the role at some time. */
  readonly listed: boolean;
  /** What has to hold of arguments and time, one sentence each; of a conditional cell. */
  readonly conditions: readonly string[];
  readonly allowed?: Example;
  readonly denied?: Example;
};

/** Every role with every tool. */
export type Matrix = {
  readonly roles: readonly Pick<Role, 'name' | 'title'>[];
  /** `Target___tool` */
  readonly tools: readonly string[];
  /** In the order of the tools, and of the roles within each. */
  readonly cells: readonly Cell[];
  /** Requests that were decided. */
  readonly size: number;
  readonly unexplored: readonly string[];
};

/** A set, and what it is decided over. */
export type MatrixOptions = {
  readonly policies: readonly PolicyFile[];
  readonly tools: readonly PolicyTool[];
  readonly roles: readonly Role[];
  /** Most requests of one tool. */
  readonly limit?: number;
};

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
  return conditionTextsOf(policies, names);
}

function decisionOf({ allowed, denied }: Tally): Cell['decision'] {
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

type TallyOf = (role: string, tool: string) => Tally;

/** Decides every request and counts it for its role and tool. */
function tallied(probes: Iterable<Probe>, engine: PolicyEngine): TallyOf {
  const tallies = new Map<string, Tally>();
  for (const probe of probes) {
    const key = keyOf(probe.role, probe.tool);
    const tally = tallies.get(key) ?? { allowed: [], denied: [] };
    tallies.set(key, tally);
    const outcome = decideProbe(engine, probe);
    (outcome.decision === 'ALLOW' ? tally.allowed : tally.denied).push({ probe, outcome });
  }
  return (role, tool) => tallies.get(keyOf(role, tool)) ?? { allowed: [], denied: [] };
}

type Findings = Pick<Cell, 'decision' | 'conditions' | 'allowed' | 'denied'>;

function findingsOf(tally: Tally, policies: readonly PolicyFile[]): Findings {
  const decision = decisionOf(tally);
  const conditions = decision === 'conditional' ? conditionsOf(tally, policies) : [];
  return { decision, conditions, ...examplesOf(tally) };
}

/**
 * Decides, for each role as it is and each tool, every boundary value of the conditions.
 * @throws PolicyError for policies that no engine takes.
 */
export function matrixOf({ policies, tools, roles, ...rest }: MatrixOptions): Matrix {
  const domain = domainOf({ policies, tools, roles, variants: false, ...rest });
  using engine = engineOf(policies, tools);
  const tallyOf = tallied(domain.probes(), engine);
  const columns = roles.map(({ name: role, subject: principal }) => ({
    role,
    listed: new Set(engine.visibleTools({ principal })),
  }));
  return {
    roles: roles.map(({ name, title }) => ({ name, title })),
    tools: tools.map(({ name }) => name),
    cells: tools.flatMap(({ name: tool }) =>
      columns.map(({ role, listed }): Cell => {
        return { role, tool, listed: listed.has(tool), ...findingsOf(tallyOf(role, tool), policies) };
      }),
    ),
    size: domain.size,
    unexplored: domain.unexplored,
  };
}
