import { isOverAddress, likesOf } from '../like.ts';
import type { FileRule } from '../rule.ts';

/** Attack row CP-09. */
export const likeOverAddress: FileRule = {
  code: 'like_over_address',
  finds: '`like` over a mail address: `*@example.com` also matches `a@evil.com,b@example.com`',
  allowable: true,
  check: (subject) =>
    likesOf(subject)
      .filter(isOverAddress)
      .map(({ at }) => ({
        at,
        message: 'A pattern sees text where mail software sees a list of addresses, names and comments.',
        fix: 'Leave addresses to the tool, which parses them; keep this as a second layer only, with an Allow line that says so.',
      })),
};
