import type { FolderRule } from '../rule.ts';

/** What Cedar's validator says of types and constants comes under the same code; this asks the domain. */
export const neverMatches: FolderRule = {
  code: 'never_matches',
  finds: 'a policy whose conditions hold for no request: by its types, or at no boundary value of the domain',
  allowable: true,
  checkFolder: ({ subjects, reach }) =>
    subjects
      .filter(({ file }) => reach?.unmet.has(file.name))
      .map(({ file }) => ({
        file,
        message: `None of ${reach?.size} requests of the domain meets the conditions of this policy.`,
        fix: 'Look for conditions that exclude each other, or for a value that no caller can have.',
      })),
};
