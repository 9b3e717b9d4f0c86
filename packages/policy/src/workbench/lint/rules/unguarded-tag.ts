import { tagOf } from '../expression.ts';
import { hazardsOf, requiredBy } from '../hazards.ts';
import type { FileRule } from '../rule.ts';
import { toolsOf } from '../scope.ts';

/** In a forbid, see forbid_can_error. */
export const unguardedTag: FileRule = {
  code: 'unguarded_tag',
  finds: '`getTag` in a permit without `hasTag` of the same tag before it',
  allowable: false,
  check: ({ file, conditions }, tools) =>
    file.effect === 'forbid'
      ? []
      : hazardsOf(conditions, requiredBy(toolsOf(file.policy, tools)))
          .filter(({ kind }) => kind === 'tag')
          .map(({ at }) => ({
            at,
            message: 'A token without that claim makes this an error, and Cedar then skips the whole policy.',
            fix: `Ask first: \`principal.hasTag(${JSON.stringify(tagOf(at) ?? '…')}) && …\`.`,
          })),
};
