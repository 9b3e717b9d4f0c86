import type { FolderRule } from '../rule.ts';
import { asksNothing } from '../scope.ts';

/** Where the text alone shows it, permit_all or unconditioned_permit says so; this asks the domain. */
export const alwaysHolds: FolderRule = {
  code: 'always_holds',
  finds:
    'a permit whose conditions hold for every request of the domain that its scope takes: they keep nobody out',
  allowable: true,
  checkFolder: ({ subjects, reach }) =>
    subjects
      .filter(({ file, conditions }) => reach?.always.has(file.name) && !asksNothing(conditions))
      .map(({ file }) => ({
        file,
        message: `The conditions of this permit hold for each of the ${reach?.size} requests of the domain that its scope takes: they keep nobody out.`,
        fix: 'Look for an alternative that lets everybody else in, such as `!=` beside `==`.',
      })),
};
