/** One line of the story: who asks for what, and what has to come of it. */
import type { World } from './world.ts';

/** What was seen, from the wire, the table, the mailbox and the decision log. */
export type Observed = {
  /** HTTP status at the runtime's front door; `-` when the call did not go there. */
  readonly runtime: string;
  /** HTTP status at the gateway, or what the agent got there; `-` when the call did not go there. */
  readonly gateway: string;
  /** The engine's verdict and the policies that determined it; `-` when nothing was decided. */
  readonly policy: string;
  /** Last tool that was decided about. */
  readonly tool: string;
  readonly outcome: string;
};

export type StoryRow = {
  /** Stable: tests name rows by it. */
  readonly id: string;
  readonly who: string;
  readonly asked: string;
  /** What `outcome` must be, word for word. */
  readonly expected: string;
  /** What the columns runtime, gateway, policy and tool must be. */
  readonly layers: readonly [runtime: string, gateway: string, policy: string, tool: string];
  run(world: World): Promise<Observed>;
};

export type RowResult = Observed &
  Omit<StoryRow, 'run'> & {
    /** Permissions that a role lacked meanwhile: `role lacks action on resource`. */
    readonly missing: readonly string[];
    readonly ms: number;
  };

/**
 * Columns in which a row came out otherwise than told, as `column: expected "…", saw "…"`, and the permissions that were
 * missing then. A row may have been refused on purpose, so those alone are no difference.
 */
export function differences(row: RowResult): readonly string[] {
  const [runtime, gateway, policy, tool] = row.layers;
  const told = { runtime, gateway, policy, tool, outcome: row.expected };
  const columns = ['runtime', 'gateway', 'policy', 'tool', 'outcome'] as const;
  const others = columns.filter((column) => row[column] !== told[column]);
  const texts = others.map((column) => `${column}: expected "${told[column]}", saw "${row[column]}"`);
  return others.length === 0 ? [] : [...texts, ...row.missing.map((one) => `permission: ${one}`)];
}

export const passed = (row: RowResult): boolean => differences(row).length === 0;
