/** What a domain leaves out, in sentences. */
import type { Interests } from './interests.ts';
import type { Part } from './part.ts';

const ALWAYS: readonly string[] = [
  'Values that no condition compares with: of numbers, times and texts only those at the boundaries were tried.',
  'Tags that no condition reads, and arguments that no condition reads: these keep one value.',
  'Callers without a token: those that sign with IAM credentials.',
];

const toolsWhere = (parts: readonly Part[], walked: Part['walked']): string =>
  [...new Set(parts.filter((part) => part.walked === walked).map(({ tool }) => tool.name))].join(', ');

/** @returns one sentence for each kind of thing that was left out. */
export function unexplored(parts: readonly Part[], interests: readonly Interests[]): readonly string[] {
  const [pairs, cut] = [toolsWhere(parts, 'pairs'), toolsWhere(parts, 'cut')];
  const unclear = [...new Set(interests.flatMap((one) => [...one.unclear]))].toSorted().join(', ');
  return [
    ...ALWAYS,
    ...(pairs === ''
      ? []
      : [
          `Combinations of three and more changed values for ${pairs}: single changes were tried from every start, pairs from the first.`,
        ]),
    ...(cut === ''
      ? []
      : [`Some combinations of two values, and all of more, for ${cut}: there are more than the limit.`]),
    ...(unclear === '' ? [] : [`Values at which computed conditions change, in ${unclear}.`]),
  ];
}
