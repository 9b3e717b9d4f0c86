import { pathOf } from '../expression.ts';
import { hazardsOf, requiredBy } from '../hazards.ts';
import type { FileRule } from '../rule.ts';
import { toolsOf } from '../scope.ts';

/** In a forbid, see forbid_can_error. */
export const unguardedField: FileRule = {
  code: 'unguarded_field',
  finds: 'an optional argument that a permit reads without `has` before it',
  allowable: false,
  check: ({ file, conditions }, tools) =>
    file.effect === 'forbid'
      ? []
      : hazardsOf(conditions, requiredBy(toolsOf(file.policy, tools)))
          .filter(({ kind }) => kind === 'field')
          .map(({ at }) => ({
            at,
            message:
              'A call without that argument makes this an error, and Cedar then skips the whole policy.',
            fix: `Ask first: \`${(pathOf(at) ?? []).slice(0, -1).join('.')} has ${at.names[0] ?? '…'} && …\`.`,
          })),
};
