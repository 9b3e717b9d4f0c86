/** A diff as sentences: what every form of it shows. Every text is printable. */
import { exampleText, printable } from '../matrix/view.ts';
import type { Role } from '../model/role.ts';
import type { Change, Diff } from './diff.ts';
import type { Side, Witness } from './tally.ts';

/** One change in words. */
export type DiffEntry = {
  readonly kind: Change['kind'];
  /** `managers (maria) can now call HrTarget___get_salary (1 request)` */
  readonly sentence: string;
  /** What decides about arguments and time; empty where nothing does. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** One for each witness: the request, and what both sides say. */
  readonly witnesses: readonly {
    readonly request: string;
    readonly before: string;
    readonly after: string;
  }[];
};

/** A diff in words. */
export type DiffView = {
  /** `Policies: added a; changed b.` */
  readonly files: string;
  readonly entries: readonly DiffEntry[];
  readonly listings: readonly string[];
  readonly remarks: readonly string[];
};

const SENTENCES: Readonly<Record<Change['kind'], (who: string, tool: string) => string>> = {
  gained: (who, tool) => `${who} can now call ${tool}`,
  lost: (who, tool) => `${who} can no longer call ${tool}`,
  widened: (who, tool) => `${who} can call ${tool} in more cases`,
  narrowed: (who, tool) => `${who} can call ${tool} in fewer cases`,
  moved: (who, tool) => `${who} can call ${tool} in other cases`,
};

const OTHERS = 'Callers with other claims than the roles have';

const times = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** Of callers with other claims some could call before, and some can still. */
function sentenceOf(
  { kind, role, tool, count, variants }: Change,
  titleOf: (role: string) => string,
): string {
  const requests = times(count, 'request');
  if (role !== undefined) return `${SENTENCES[kind](titleOf(role), tool)} (${requests})`;
  const all = `${requests}, ${times(variants ?? 0, 'kind')} of claims`;
  return `${SENTENCES[kind === 'gained' ? 'widened' : 'narrowed'](OTHERS, tool)} (${all})`;
}

const sideText = ({ decision, by }: Side): string =>
  `${decision} (${by.length === 0 ? 'no policy applies' : by.map(printable).join(', ')})`;

function requestText({ probe }: Witness, others: readonly Witness[]): string {
  const who = probe.variant === undefined ? probe.role : `${probe.role} with ${probe.variant}`;
  const isTimed = others.some((other) => other.probe.now !== probe.now);
  const time = isTimed ? { now: probe.now } : {};
  return `${printable(who)} ${exampleText({ input: probe.input, ...time })}`;
}

function entryOf(change: Change, titleOf: (role: string) => string): DiffEntry {
  const { kind, witnesses, conditions } = change;
  return {
    kind,
    sentence: printable(sentenceOf(change, titleOf)),
    before: conditions.before.map(printable),
    after: conditions.after.map(printable),
    witnesses: witnesses.map((witness) => ({
      request: requestText(witness, witnesses),
      before: sideText(witness.before),
      after: sideText(witness.after),
    })),
  };
}

function filesText({ added, removed, changed }: Diff['files']): string {
  const parts = Object.entries({ added, changed, removed }).flatMap(([word, names]) =>
    names.length === 0 ? [] : [`${word} ${names.map(printable).join(', ')}`],
  );
  return parts.length === 0 ? 'Policies: none differs.' : `Policies: ${parts.join('; ')}.`;
}

const toolsText = ({ tools, size }: Diff): string =>
  tools.length === 0
    ? 'No tool has other policies than before, so nothing can have changed.'
    : `${size} requests were decided on both sides, for ${tools.map(printable).join(', ')}. The policies of all other tools are the same.`;

/**
 * Arranges a diff.
 * @param roles - for their titles.
 */
export function diffViewOf(diff: Diff, roles: readonly Pick<Role, 'name' | 'title'>[]): DiffView {
  const titleOf = (role: string): string => {
    const title = roles.find(({ name }) => name === role)?.title;
    return title === undefined || title === role ? role : `${title} (${role})`;
  };
  return {
    files: filesText(diff.files),
    entries: diff.changes.map((change) => entryOf(change, titleOf)),
    listings: diff.listings.map(({ role, tool, listed }) =>
      printable(`${tool} is ${listed ? 'now' : 'no longer'} listed for ${titleOf(role)}`),
    ),
    remarks: [
      toolsText(diff),
      'Both sides were judged with the tools and roles of this working tree.',
      ...(diff.tools.length === 0 ? [] : diff.unexplored.map((one) => `Not tried: ${one}`)),
    ],
  };
}
