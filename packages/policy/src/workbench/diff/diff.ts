/** Who gains and who loses what between two sets of policies: found and shown by the engine, never by reading text. */
import type { PolicyEngine } from '../../engine.ts';
import type { Outcome } from '../../outcome.ts';
import type { PolicyTool } from '../../schema.ts';
import { domainOfSets } from '../domain/domain-of.ts';
import { conditionTexts } from '../matrix/condition-text.ts';
import { decideProbe, engineFor } from '../matrix/matrix.ts';
import type { Probe } from '../model/domain.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import type { Role } from '../model/role.ts';
import { changedTools, type FileChanges, fileChanges } from './changed-tools.ts';

/** What one side says of a witness. */
export type Side = {
  readonly decision: 'ALLOW' | 'DENY';
  /** Policies that decided, sorted; empty: none applies. */
  readonly by: readonly string[];
};

/** A request that is decided differently. */
export type Witness = { readonly probe: Probe; readonly before: Side; readonly after: Side };

export type Change = {
  readonly tool: string;
  /** Who: a role as it is, or callers whose claims are not a role's. */
  readonly role?: string;
  /**
   * `gained`: nothing was allowed, something is. `lost`: the other way round. `widened`, `narrowed`, `moved`: something was
   * allowed before and is after, and more is, or less, or both. Callers with other claims have `gained` or `lost` only.
   */
  readonly kind: 'gained' | 'lost' | 'widened' | 'narrowed' | 'moved';
  /** Number of requests of the domain that changed. */
  readonly count: number;
  /** What the deciding policies ask of arguments and time, on each side. */
  readonly conditions: { readonly before: readonly string[]; readonly after: readonly string[] };
  /** One or two: one for each direction. Callers with other claims: one for each of their plainest variants. */
  readonly witnesses: readonly Witness[];
  /** Callers with other claims: the number of variants of which the witnesses show some. */
  readonly variants?: number;
};

/** A tool that came into a role's list, or went out of it. */
export type ListChange = { readonly role: string; readonly tool: string; readonly listed: boolean };

export type Diff = {
  readonly files: FileChanges;
  readonly changes: readonly Change[];
  readonly listings: readonly ListChange[];
  /** Tools whose policies differ; the others cannot have changed. */
  readonly tools: readonly string[];
  /** Requests that were decided by both sides. */
  readonly size: number;
  readonly unexplored: readonly string[];
};

export type DiffOptions = {
  readonly before: readonly PolicyFile[];
  readonly after: readonly PolicyFile[];
  readonly tools: readonly PolicyTool[];
  readonly roles: readonly Role[];
  /** Most requests of one tool. */
  readonly limit?: number;
};

/** Variants of claims that are shown of one tool and direction. */
const SHOWN = 4;

type Tally = {
  readonly tool: string;
  readonly role: string | undefined;
  /** Policies by which anything was allowed; empty: nothing was. */
  readonly allowedBefore: Set<string>;
  readonly allowedAfter: Set<string>;
  readonly gained: Witness[];
  readonly lost: Witness[];
};

const sideOf = ({ decision, determiningPolicies }: Outcome): Side => ({ decision, by: determiningPolicies });

/** Requests of a role as it is are counted by role, all others together. */
function tallyOf(tallies: Map<string, Tally>, { tool, role, variant }: Probe): Tally {
  const who = variant === undefined ? role : undefined;
  const key = JSON.stringify([tool, who]);
  const found = tallies.get(key);
  if (found !== undefined) return found;
  const made: Tally = {
    tool,
    role: who,
    allowedBefore: new Set(),
    allowedAfter: new Set(),
    gained: [],
    lost: [],
  };
  tallies.set(key, made);
  return made;
}

const add = (names: Set<string>, more: readonly string[]): void => {
  for (const name of more) names.add(name);
};

function count(tally: Tally, witness: Witness): void {
  const { before, after } = witness;
  const [was, is] = [before.decision === 'ALLOW', after.decision === 'ALLOW'];
  if (was) add(tally.allowedBefore, before.by);
  if (is) add(tally.allowedAfter, after.by);
  if (is && !was) tally.gained.push(witness);
  if (was && !is) tally.lost.push(witness);
}

function compare(probes: Iterable<Probe>, before: PolicyEngine, after: PolicyEngine): readonly Tally[] {
  const tallies = new Map<string, Tally>();
  for (const probe of probes) {
    const sides = [before, after].map((engine) => sideOf(decideProbe(engine, probe)));
    const [old, now] = sides;
    if (old !== undefined && now !== undefined) {
      count(tallyOf(tallies, probe), { probe, before: old, after: now });
    }
  }
  return [...tallies.values()];
}

function kindOf({ allowedBefore, allowedAfter, gained, lost }: Tally): Change['kind'] {
  if (allowedBefore.size === 0) return 'gained';
  if (allowedAfter.size === 0) return 'lost';
  if (lost.length === 0) return 'widened';
  return gained.length === 0 ? 'narrowed' : 'moved';
}

type Sets = Pick<DiffOptions, 'before' | 'after'>;

/** What the policies ask that allow anything, or stop a witness. */
function conditionsOf(policies: readonly PolicyFile[], names: ReadonlySet<string>): readonly string[] {
  return [...new Set(policies.filter(({ name }) => names.has(name)).flatMap(conditionTexts))];
}

function conditions(sets: Sets, tally: Tally, witnesses: readonly Witness[]): Change['conditions'] {
  const names = (allowed: ReadonlySet<string>, side: 'before' | 'after') =>
    new Set([...allowed, ...witnesses.flatMap((witness) => witness[side].by)]);
  return {
    before: conditionsOf(sets.before, names(tally.allowedBefore, 'before')),
    after: conditionsOf(sets.after, names(tally.allowedAfter, 'after')),
  };
}

function changeOfRole(tally: Tally, role: string, sets: Sets): Change {
  const all = [...tally.gained, ...tally.lost];
  return {
    tool: tally.tool,
    role,
    kind: kindOf(tally),
    count: all.length,
    conditions: conditions(sets, tally, all),
    witnesses: [...tally.gained.slice(0, 1), ...tally.lost.slice(0, 1)],
  };
}

/** The first witness of each variant of claims, whatever the role, the plainest variant first. */
function byVariant(witnesses: readonly Witness[]): readonly Witness[] {
  const found = new Map<string, Witness>();
  for (const witness of witnesses) {
    const { variant = '' } = witness.probe;
    if (!found.has(variant)) found.set(variant, witness);
  }
  const parts = ({ probe }: Witness): number => (probe.variant ?? '').split(', ').length;
  return [...found.values()].toSorted((a, b) => parts(a) - parts(b));
}

function changesOfOthers(tally: Tally, sets: Sets): readonly Change[] {
  return (['gained', 'lost'] as const).flatMap((kind) => {
    const all = tally[kind];
    const variants = byVariant(all);
    const change: Change = {
      tool: tally.tool,
      kind,
      count: all.length,
      conditions: conditions(sets, tally, all),
      witnesses: variants.slice(0, SHOWN),
      variants: variants.length,
    };
    return all.length === 0 ? [] : [change];
  });
}

const changesOf = (tally: Tally, sets: Sets): readonly Change[] => {
  if (tally.role === undefined) return changesOfOthers(tally, sets);
  return tally.gained.length + tally.lost.length === 0 ? [] : [changeOfRole(tally, tally.role, sets)];
};

/** In the order of the tools, and of the roles; callers with other claims after them. */
function byToolThenRole(
  tools: readonly PolicyTool[],
  roles: readonly Role[],
): (a: Tally, b: Tally) => number {
  const toolAt = ({ tool }: Tally): number => tools.findIndex(({ name }) => name === tool);
  const roleAt = ({ role }: Tally): number =>
    role === undefined ? roles.length : roles.findIndex(({ name }) => name === role);
  return (a, b) => toolAt(a) - toolAt(b) || roleAt(a) - roleAt(b);
}

function listChanges(
  roles: readonly Role[],
  before: PolicyEngine,
  after: PolicyEngine,
): readonly ListChange[] {
  return roles.flatMap(({ name: role, subject: principal }) => {
    const [old, now] = [before.visibleTools({ principal }), after.visibleTools({ principal })];
    return [
      ...now.filter((tool) => !old.includes(tool)).map((tool) => ({ role, tool, listed: true })),
      ...old.filter((tool) => !now.includes(tool)).map((tool) => ({ role, tool, listed: false })),
    ];
  });
}

/**
 * Compares two sets of policies over the roles, the tools whose policies differ, and the boundary values of every
 * condition of both sets. Every change has a witness that both engines decided.
 * @throws PolicyError for a set that no engine takes.
 */
export function diffOf({ before, after, tools, roles, ...rest }: DiffOptions): Diff {
  const changed = changedTools(before, after, tools);
  const domain = domainOfSets({ sets: [before, after], tools: changed, roles, ...rest });
  using old = engineFor(before, tools);
  using now = engineFor(after, tools);
  const tallies = compare(domain.probes(), old, now).toSorted(byToolThenRole(tools, roles));
  return {
    files: fileChanges(before, after),
    changes: tallies.flatMap((tally) => changesOf(tally, { before, after })),
    listings: listChanges(roles, old, now),
    tools: changed.map(({ name }) => name),
    size: domain.size,
    unexplored: domain.unexplored,
  };
}
