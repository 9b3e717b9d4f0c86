/**
 * What is known of a match. `unknown` is what this evaluator cannot say as AWS would: it never lets an Allow through
 * and never holds a Deny back.
 */
export type Match = 'yes' | 'no' | 'unknown';

export const matchOf = (value: boolean | undefined): Match => {
  if (value === undefined) return 'unknown';
  return value ? 'yes' : 'no';
};

export const not = (match: Match): Match => {
  if (match === 'unknown') return 'unknown';
  return match === 'yes' ? 'no' : 'yes';
};

/** Yes where all are. */
export const all = (matches: readonly Match[]): Match => {
  if (matches.includes('no')) return 'no';
  return matches.includes('unknown') ? 'unknown' : 'yes';
};

/** Yes where one is. */
export const any = (matches: readonly Match[]): Match => {
  if (matches.includes('yes')) return 'yes';
  return matches.includes('unknown') ? 'unknown' : 'no';
};
