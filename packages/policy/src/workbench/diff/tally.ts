/** The requests that two sets of policies decide differently, counted by tool and role. */
import type { PolicyEngine } from '../../engine.ts';
import type { Outcome } from '../../outcome.ts';
import { decideProbe } from '../matrix/matrix.ts';
import type { Probe } from '../model/domain.ts';

/** What one side says of a witness. */
export type Side = {
  readonly decision: 'ALLOW' | 'DENY';
  /** Policies that decided, sorted; empty: none applies. */
  readonly by: readonly string[];
};

/** A request that is decided differently. */
export type Witness = { readonly probe: Probe; readonly before: Side; readonly after: Side };

/** One tool's requests of a role as it is, or of all callers whose claims are not a role's. */
export type Tally = {
  readonly tool: string;
  /** Undefined: callers with other claims. */
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

/** Decides every request on both sides. Tools and roles are in the order in which the requests come. */
export function compare(
  probes: Iterable<Probe>,
  before: PolicyEngine,
  after: PolicyEngine,
): readonly Tally[] {
  const tallies = new Map<string, Tally>();
  for (const probe of probes) {
    const side = (engine: PolicyEngine): Side => sideOf(decideProbe(engine, probe));
    count(tallyOf(tallies, probe), { probe, before: side(before), after: side(after) });
  }
  return [...tallies.values()];
}
