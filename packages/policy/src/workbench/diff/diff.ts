/** Who gains and who loses what between two sets of policies: found and shown by the engine, never by reading text. */
import type { PolicyEngine } from '../../engine.ts';
import type { PolicyTool } from '../../schema.ts';
import { engineOf } from '../cases/judge.ts';
import { domainOfSets } from '../domain/domain-of.ts';
import { conditionTextsOf } from '../matrix/condition-text.ts';
import type { PolicyFile } from '../model/policy-file.ts';
import type { Role } from '../model/role.ts';
import { changedTools, type FileChanges, fileChanges } from './changed-tools.ts';
import { compare, type Tally, type Witness } from './tally.ts';

/** What changes about one tool: for a role, or for callers whose claims are not a role's. */
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
type ListChange = { readonly role: string; readonly tool: string; readonly listed: boolean };

/** Every change between two sets, and how far was looked. */
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

/** Two sets, and what they are compared over. */
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

function kindOf({ allowedBefore, allowedAfter, gained, lost }: Tally): Change['kind'] {
  if (allowedBefore.size === 0) return 'gained';
  if (allowedAfter.size === 0) return 'lost';
  if (lost.length === 0) return 'widened';
  return gained.length === 0 ? 'narrowed' : 'moved';
}

type Sets = Pick<DiffOptions, 'before' | 'after'>;

/** What the policies ask that allow anything, or stop a witness. */
function conditions(sets: Sets, tally: Tally, witnesses: readonly Witness[]): Change['conditions'] {
  const names = (allowed: ReadonlySet<string>, side: 'before' | 'after') =>
    new Set([...allowed, ...witnesses.flatMap((witness) => witness[side].by)]);
  return {
    before: conditionTextsOf(sets.before, names(tally.allowedBefore, 'before')),
    after: conditionTextsOf(sets.after, names(tally.allowedAfter, 'after')),
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
  using old = engineOf(before, tools);
  using now = engineOf(after, tools);
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
