/** Words that the reports about policies share. */
import { colour } from '../terminal.ts';

/** A line with a sign for good or bad, which says without colours what they say. */
export const mark = (isGood: boolean, text: string): string =>
  colour(isGood ? 'green' : 'red', `${isGood ? '✓' : '✗'} ${text}`);

/** `1 case`, `2 cases` */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** `allow by own_balance` */
export const verdict = (decision: string, by: readonly string[]): string =>
  `${decision} by ${by.length === 0 ? 'no policy' : by.join(', ')}`;
