import type { FileRule } from '../rule.ts';
import { asksNothingOfCaller, takesEveryTool } from '../scope.ts';

/** AgentCore's ALLOW_ALL: every tool, now and later, for whoever the scope takes. */
export const permitAll: FileRule = {
  code: 'permit_all',
  finds: 'a permit for every tool without a condition on the caller',
  allowable: false,
  check: ({ file, conditions }) =>
    file.effect === 'permit' && takesEveryTool(file.policy) && asksNothingOfCaller(conditions)
      ? [
          {
            message:
              'This permits every tool, those of later targets included, without asking anything of the caller.',
            fix: 'Name the tools in the scope, and say in a condition who may call them.',
          },
        ]
      : [],
};
