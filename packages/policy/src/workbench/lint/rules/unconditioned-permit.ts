import type { FileRule } from '../rule.ts';
import { asksNothingOfCaller, isForOne, takesEveryTool } from '../scope.ts';

export const unconditionedPermit: FileRule = {
  code: 'unconditioned_permit',
  finds: 'a permit without a condition on the caller, for more than one principal',
  allowable: true,
  check: ({ file, conditions }) =>
    file.effect === 'permit' &&
    !takesEveryTool(file.policy) &&
    !isForOne(file.policy) &&
    asksNothingOfCaller(conditions)
      ? [
          {
            message:
              'Whoever holds a token of the gateway may call these tools: nothing is asked of the caller.',
            fix: 'Add a condition on the caller, such as a scope that is matched whole.',
          },
        ]
      : [],
};
