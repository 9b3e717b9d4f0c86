/** A diff on the terminal. */
import type { DiffView } from '@secure-agent/policy/workbench';
import { colour } from '../terminal.ts';

type Entry = DiffView['entries'][number];

const COLOURS = { gained: 'green', widened: 'green', lost: 'red', narrowed: 'red', moved: 'yellow' } as const;
const SIGNS = { gained: '+', widened: '+', lost: '-', narrowed: '-', moved: '~' } as const;

const condition = (when: string, conditions: readonly string[]): readonly string[] =>
  conditions.length === 0 ? [] : [`    ${when}  ${conditions.join(' and ')}`];

const entryText = ({ kind, sentence, before, after, witnesses }: Entry): string =>
  [
    colour(COLOURS[kind], `${SIGNS[kind]} ${sentence}`),
    ...condition('conditions before', before),
    ...condition('conditions now   ', after),
    ...witnesses.map((one) => `    ${one.request}\n      ${one.before} → ${one.after}`),
  ].join('\n');

/** The changes, then the lists, then what was tried. */
export const diffText = ({ files, entries, listings, remarks }: DiffView): string =>
  [
    files,
    ...(entries.length === 0 ? ['No decision changes.'] : entries.map(entryText)),
    ...(listings.length === 0 ? [] : [listings.join('\n')]),
    remarks.join('\n'),
  ].join('\n\n');
