/** The declared domain of a set of policies: roles, tools, and the boundary values of every condition. */
import type { PolicyTool } from '../../schema.ts';
import { shard } from '../../shard.ts';
import type { Domain, Probe } from '../model/domain.ts';
import { type PolicyFile, WORKBENCH_GATEWAY } from '../model/policy-file.ts';
import type { Role } from '../model/role.ts';
import { axesOf, type Claims } from './axes.ts';
import { basesOf } from './bases.ts';
import { buildProbe } from './build-probe.ts';
import type { Axis } from './choice.ts';
import { readPolicy } from './conditions.ts';
import { type Interests, noInterests } from './interests.ts';
import type { Leaf } from './leaf.ts';
import type { Part } from './part.ts';
import { pairwise, productOf, wholeProduct } from './plan.ts';
import { axesOfRole } from './role-axes.ts';
import { type Solution, startsOf } from './solutions.ts';
import { unexplored } from './unexplored.ts';

/** Probes of one tool, all roles together. */
const DEFAULT_LIMIT = 5_000;

/** What a domain is made of. */
export type DomainOptions = {
  readonly policies: readonly PolicyFile[];
  readonly tools: readonly PolicyTool[];
  readonly roles: readonly Role[];
  /** Most probes of one tool; above it, not all combinations but all pairs. @default 5000 */
  readonly limit?: number;
  /** Whether each role is also tried with other claims. @default true */
  readonly variants?: boolean;
};

/** The same for several sets of policies at once: their boundary values together. */
type SetsOptions = Omit<DomainOptions, 'policies'> & {
  readonly sets: readonly (readonly PolicyFile[])[];
};

/** A tool, the policies that can speak about it, and what they ask. */
type ToolInterests = {
  readonly tool: PolicyTool;
  /** Of each set, those that can speak about the tool. */
  readonly sets: readonly (readonly PolicyFile[])[];
  readonly interests: Interests;
};

function claimExamples(roles: readonly Role[]): ReadonlyMap<string, unknown> {
  return new Map(roles.toReversed().flatMap(({ subject }) => Object.entries(subject.claims)));
}

function pairsPart(
  tool: PolicyTool,
  role: Role,
  axes: readonly Axis[],
  starts: readonly Solution[],
  most: number,
): Part {
  const lengths = axes.map(({ choices }) => choices.length);
  const holds = (leaf: Leaf) => leaf.kind === 'tag' && Object.hasOwn(role.subject.claims, leaf.name);
  const bases = basesOf(axes, starts, tool.inputSchema, holds);
  const { tuples, complete } = pairwise(bases, lengths, most);
  const walked = complete ? 'pairs' : 'cut';
  return { tool, role, axes, size: tuples.length, tuples: () => tuples, walked };
}

function wholePart(tool: PolicyTool, role: Role, axes: readonly Axis[]): Part {
  const lengths = axes.map(({ choices }) => choices.length);
  return { tool, role, axes, size: productOf(lengths), tuples: () => wholeProduct(lengths), walked: 'whole' };
}

function partsOf(own: ToolInterests, claims: Claims, options: SetsOptions): readonly Part[] {
  const { roles, limit = DEFAULT_LIMIT, variants = true } = options;
  const { tool, interests } = own;
  const isOpen = ({ leaf }: Axis): boolean => variants || leaf.kind === 'input' || leaf.kind === 'now';
  const all = axesOf(interests, tool, claims).filter(isOpen);
  const byRole = roles.map((role) => ({ role, axes: axesOfRole(all, role) }));
  const sizes = byRole.map(({ axes }) => productOf(axes.map(({ choices }) => choices.length)));
  const isWhole = sizes.reduce((sum, size) => sum + size, 0) <= limit;
  const share = Math.max(1, Math.floor(limit / Math.max(1, roles.length)));
  const starts = isWhole ? [] : own.sets.flatMap(startsOf);
  return byRole.map(({ role, axes }) =>
    isWhole ? wholePart(tool, role, axes) : pairsPart(tool, role, axes, starts, share),
  );
}

function* probesOf(parts: readonly Part[]): Iterable<Probe> {
  for (const { tool, role, axes, tuples } of parts) {
    for (const tuple of tuples()) {
      const chosen = axes.map(({ leaf, choices }, axis) => {
        const choice = choices[tuple[axis] ?? 0];
        return choice === undefined ? [] : [{ leaf, choice }];
      });
      yield buildProbe(role, tool, chosen.flat());
    }
  }
}

/** The domain of several sets of policies: what tells any of them apart from another is in it. */
export function domainOfSets(options: SetsOptions): Domain {
  const { sets, tools, roles } = options;
  const examples = claimExamples(roles);
  const names = [...examples.keys()];
  const shards = sets.map((policies) => shard(policies, WORKBENCH_GATEWAY));
  const byTool = tools.map((tool): ToolInterests => {
    const own = shards.map((policiesOf) => policiesOf(tool.name));
    const interests = noInterests();
    for (const policy of own.flat()) readPolicy(policy, interests, names);
    return { tool, sets: own, interests };
  });
  const words = new Set(byTool.flatMap(({ interests }) => [...interests.words]));
  const parts = byTool.flatMap((own) => partsOf(own, { examples, words }, options));
  return {
    size: parts.reduce((sum, { size }) => sum + size, 0),
    probes: () => probesOf(parts),
    unexplored: unexplored(
      parts,
      byTool.map(({ interests }) => interests),
    ),
  };
}

/**
 * Enumerates roles × tools × boundary values: of each condition that can speak about a tool, the values on, just below
 * and just above what it compares with, for the arguments, the claims and the clock. A tool's combinations are walked
 * whole up to `limit`. Above it the walk starts at what each policy allows or stops, changes one value at a time there
 * and two at a time at the first, and `unexplored` says so.
 */
export const domainOf = ({ policies, ...rest }: DomainOptions): Domain =>
  domainOfSets({ ...rest, sets: [policies] });
